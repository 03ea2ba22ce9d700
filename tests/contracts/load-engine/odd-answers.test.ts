import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import type { Flow } from '../../../contract/flow/flow.ts';
import { type PlanInput, parsePlan } from '../../../contract/plan/plan.ts';
import { loadEngines } from '../../../load/engines/index.ts';
import { runProfile } from '../../../load/run-profile.ts';
import { eachUsually, FURTHER, LONG } from '../../long.ts';
import { type BehaviourName, pathOf, serveOddly } from '../application/odd-servers.ts';

const k6 = await loadEngines.k6.availability();
if (!k6.available) console.warn(`\nSKIPPED: odd answers under k6: ${k6.reason}. ${k6.remedy}\n`);

/** What each behaviour means under load, with a control address that answers; the same for both engines. */
const MEANS: Readonly<
  Partial<Record<BehaviourName, readonly [outcome: Finding['outcome'], cause?: string]>>
> = {
  'sound JSON': ['pass'],
  'a byte order mark': ['pass'],
  'no body that says JSON': ['pass'],
  'JSON cut short': ['fail', 'error-rate'],
  'HTML that says JSON': ['fail', 'error-rate'],
  'a broken server': ['fail', 'error-rate'],
  'an overloaded server': ['fail', 'error-rate'],
  'refused credentials': ['fail', 'error-rate'],
  'closed at once': ['fail', 'unreachable'],
  'a limit that stays': ['unknown', 'rate-limited'],
  'a limit for an hour': ['unknown', 'rate-limited'],
  'a challenge of Cloudflare': ['unknown', 'engine-fault'],
  'a captive portal': ['unknown', 'engine-fault'],
};
const names = Object.keys(MEANS) as BehaviourName[];

let scratch: string;
let planFile: string;
let server: Awaited<ReturnType<typeof serveOddly>>;
let sound: Awaited<ReturnType<typeof serveOddly>>;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'greenlight-odd-'));
  server = await serveOddly();
  sound = await serveOddly();
  // k6 reads the plan as a file of its own.
  planFile = join(scratch, 'plan.ts');
  const flows = names.map(
    (name, at) => `  flow('odd-${at}', { title: 'Odd ${at}', check: false }).request('ask', {
    request: () => ({ method: 'GET', path: ${JSON.stringify(pathOf(name))} }),
    expect: ({ body }) => [equal('a body', body === undefined, false)],
  }),`,
  );
  await writeFile(
    planFile,
    [
      `import { defineConfig, equal, flow } from ${JSON.stringify(join(import.meta.dirname, '../../../contract/index.ts'))};`,
      'export default defineConfig({',
      `  target: { name: 'odd', urls: { app: '${server.base}' }, control: '${sound.base}' },`,
      `  flows: [\n${flows.join('\n')}\n  ],`,
      '});',
    ].join('\n'),
  );
});
afterAll(async () => {
  await server.close();
  await sound.close();
  await rm(scratch, { recursive: true, force: true });
});

async function loadOf(
  engine: 'autocannon' | 'k6',
  name: BehaviourName,
  asks: 'a flow' | 'plain requests' = 'a flow',
): Promise<Finding> {
  const { default: input } = (await import(planFile)) as {
    default: PlanInput & { readonly flows: readonly Flow[] };
  };
  const plan = parsePlan({
    ...input,
    load: {
      profiles: [
        {
          id: 'holds',
          title: 'Holds',
          engine,
          ...(asks === 'a flow'
            ? { flow: `odd-${names.indexOf(name)}` }
            : { requests: [{ path: pathOf(name) }] }),
          connections: 2,
          durationS: 1,
          warmupS: 0,
          timeoutMs: 3000,
          minimumRequests: 1,
          thresholds: { errorRate: 0.1 },
        },
      ],
    },
  });
  const [profile] = plan.load.profiles;
  if (profile === undefined) throw new Error('no profile');
  return runProfile({
    plan,
    profile,
    engine: loadEngines[engine],
    planFile,
    run: 'r1',
    scratch,
    secret: () => '',
    progress: () => undefined,
    signal: new AbortController().signal,
  });
}

/** Statuses that a person must read about. */
const STATUSES: Readonly<Partial<Record<BehaviourName, number>>> = {
  'a broken server': 500,
  'refused credentials': 403,
};

function expectExample(name: BehaviourName, { summary, detail }: Finding): void {
  const status = STATUSES[name];
  if (status === undefined || detail?.kind !== 'load') return;
  const { errors, wrongAnswers = [] } = detail.result;
  expect(wrongAnswers).toMatchObject([{ status, count: errors.status + errors.assertion }]);
  expect(summary).toMatch(
    new RegExp(`: \\d+ answers with ${status}; for example GET ${pathOf(name)}: ${status}\\b`),
  );
}

/** Of k6, in the usual run: one of each kind of meaning. What an answer means is decided in one place for both engines. */
const OF_K6: readonly BehaviourName[] = [
  'sound JSON',
  'JSON cut short',
  'a broken server',
  'a limit that stays',
  'a challenge of Cloudflare',
];

describe.each(['autocannon', 'k6'] as const)('%s', (engine) => {
  const here = engine !== 'k6' || k6.available;
  const usual = names.filter((name) => engine !== 'k6' || OF_K6.includes(name));
  const further = names.filter((name) => !usual.includes(name));
  test.runIf(here).each(usual)('%s', (name) => means(name));
  test.runIf(here && LONG).each(further)(`%s ${FURTHER}`, (name) => means(name));

  async function means(name: BehaviourName): Promise<void> {
    const finding = await loadOf(engine, name);
    const [outcome, cause] = MEANS[name] ?? ['unknown'];
    expect([finding.outcome, finding.cause], finding.summary).toEqual([outcome, cause]);
    expectExample(name, finding);
  }
});

const PLAIN: [BehaviourName, readonly string[]][] = [
  ['a limit without a time', ['unknown', 'rate-limited']],
  ['a limit for an hour', ['unknown', 'rate-limited']],
  ['a challenge of Cloudflare', ['unknown', 'engine-fault']],
  ['a captive portal', ['unknown', 'engine-fault']],
  ['an overloaded server', ['fail', 'error-rate']],
  ['refused credentials', ['fail', 'error-rate']],
];
if (k6.available)
  eachUsually(
    ['a limit without a time', 'an overloaded server'],
    PLAIN,
    'k6, plain requests: %s',
    async (name, means) => {
      const finding = await loadOf('k6', name, 'plain requests');
      expect([finding.outcome, finding.cause], finding.summary).toEqual(means);
      expectExample(name, finding);
    },
  );
