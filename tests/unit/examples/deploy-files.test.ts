import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { lintFile } from '../../../gate/lint/lint-file.ts';

const EXAMPLES = path.resolve(import.meta.dirname, '../../../examples');
const FILES = [
  { file: 'mhp-azure/deploy/azure-pipelines.yml', back: 'deployment slot swap' },
  { file: 'ils-kubernetes/deploy/deploy-production.yml', back: 'kubectl rollout undo' },
];

const read = (file: string): string => readFileSync(path.join(EXAMPLES, file), 'utf8');

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

test('every deploy file of an example is tried here', () => {
  const found = readdirSync(EXAMPLES, { recursive: true })
    .map(String)
    .filter((file) => /^[^/]+\/deploy\/.+/.test(file));
  expect(found.sort()).toEqual(FILES.map(({ file }) => file).sort());
});

test.each(FILES)(
  'lint-gate finds no way round the gate in $file, and finds one that is put in',
  ({ file, back }) => {
    const text = read(file);
    expect(lintFile(file, text)).toEqual([]);
    expect(text).toContain(back);
    const negated = text
      .replaceAll(/== 'NO_GO'/g, "!= 'GO'")
      .replaceAll(/eq\((.+), 'NO_GO'\)/g, "ne($1, 'GO')");
    expect(negated).not.toBe(text);
    expect(lintFile(file, negated).length).toBeGreaterThan(0);
  },
);

test.each(FILES)('$file runs phases that the plan judges', ({ file }) => {
  const text = JSON.stringify(parse(read(file)));
  for (const phase of ['preflight', 'post-cutover']) expect(text).toContain(phase);
});

/** Names that a plan asks for with `secret('NAME')`, or that it reads with a default. */
function namesIn(example: string, pattern: RegExp): readonly string[] {
  const files = [
    'greenlight.config.mts',
    ...readdirSync(path.join(EXAMPLES, example, 'plan')).map((one) => `plan/${one}`),
  ];
  const found = files.flatMap((file) =>
    [...read(`${example}/${file}`).matchAll(pattern)].map(([, name = '']) => name),
  );
  return [...new Set(found)];
}

test.each(FILES)(
  '$file gives the plan every secret that it names, and the README names what it reads',
  ({ file }) => {
    const example = file.split('/')[0] ?? '';
    const secrets = namesIn(example, /secret\('(\w+)'\)/g);
    expect(secrets.length).toBeGreaterThan(1);
    const text = read(file);
    for (const name of secrets) expect(text).toContain(`${name}: `);
    const page = read(`${example}/README.md`);
    const variables = namesIn(example, /\b(?:env|nameServer)\('(\w+)'/g);
    for (const name of [...secrets, ...variables]) expect(page, name).toContain(`\`${name}\``);
  },
);

/** What is read of a workflow of GitHub. */
interface Workflow {
  readonly on: {
    readonly workflow_dispatch: {
      readonly inputs: Readonly<Record<string, { readonly required: boolean }>>;
    };
  };
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly if?: string;
        readonly outputs?: Readonly<Record<string, string>>;
        readonly steps: readonly {
          readonly id?: string;
          readonly run?: string;
          readonly env?: Readonly<Record<string, string>>;
        }[];
      }
    >
  >;
}

const workflow = (): Workflow => parse(read('ils-kubernetes/deploy/deploy-production.yml')) as Workflow;

test('a roll-out of ils-kubernetes that does not complete is verified, and one that changed nothing is not', () => {
  const { jobs } = workflow();
  const [image, wait] = (jobs['roll-out']?.steps ?? []).filter(({ run }) => run?.includes('kubectl') === true);
  // Told only once the image was set; that the pods are ready is another step, which may fail afterwards.
  expect(image).toMatchObject({ id: 'image' });
  expect(image?.run).toMatch(/kubectl set image [^\n]+\necho "changed=true" >> "\$GITHUB_OUTPUT"\n$/);
  expect(wait?.run).toContain('kubectl rollout status');
  expect(jobs['roll-out']?.outputs).toEqual({ changed: '${{ steps.image.outputs.changed }}' });
  expect(jobs['verify']?.if).toBe("${{ !cancelled() && needs.roll-out.outputs.changed == 'true' }}");
  expect(jobs['undo']?.if).toBe("always() && needs.verify.outputs.decision == 'NO_GO'");
});

test('ils-kubernetes looks up what it made on staging in the database of staging, and is told when the backup was made', () => {
  const { on, jobs } = workflow();
  const given = (job: string): Readonly<Record<string, string>> =>
    jobs[job]?.steps.find(({ id }) => id === 'greenlight')?.env ?? {};
  expect(given('preflight')['ILS_URL']).toContain('staging');
  expect(given('preflight')['ILS_DATABASE_URL']).toBe('${{ secrets.ILS_STAGING_DATABASE_URL }}');
  expect(given('verify')['ILS_DATABASE_URL']).toBe('${{ secrets.ILS_DATABASE_URL }}');
  expect(given('verify')['ILS_BACKUP_AT']).toBe('${{ inputs.backup-at }}');
  expect(on.workflow_dispatch.inputs['backup-at']).toMatchObject({ required: true });
});

test.each([
  // No moment to PostgreSQL: the answer is unknown, and new rows are not called a difference.
  ['', "created_at <= timestamptz 'ILS_BACKUP_AT is not set'"],
  ['2026-11-20T18:00:00Z', "created_at <= timestamptz '2026-11-20T18:00:00Z'"],
  ["x' or 'y", "created_at <= timestamptz 'x'' or ''y'"],
])('rows of ils-kubernetes are those of the backup, made at "%s"', async (at, where) => {
  vi.stubEnv('ILS_BACKUP_AT', at);
  vi.resetModules();
  const { tables } = await import('../../../examples/ils-kubernetes/plan/data.mts');
  expect(tables).toHaveLength(3);
  for (const table of tables ?? []) expect(table).toMatchObject({ new: { where } });
});
