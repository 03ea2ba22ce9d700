import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { exitCodeOf } from '../../../contract/exit-codes.ts';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { plannedIn } from '../../../contract/plan/planned-in.ts';
import { parsePlan, type Plan } from '../../../contract/plan/plan.ts';
import { alertWeight } from '../../../slo/alert-weight.ts';
import { prometheusRules } from '../../../slo/prometheus-rules.ts';
import { judge } from '../../../reporters/judge.ts';
import { runCommandLine } from '../../../scripts/program.ts';
import { createScreen } from '../../../safety/screen.ts';
import { attempt, DECIDED, evidenceOf } from '../reporters/evidence-builders.ts';

/** What was measured, whoever asks. All that follows is the real thing. */
const measured = vi.hoisted((): { finding: object } => ({ finding: {} }));

vi.mock(import('../../../slo/evaluate-slo.ts'), async (original) => ({
  ...(await original()),
  openMetrics: () => ({}) as never,
  evaluateSlo: (_read, _slo, { id }) => Promise.resolve({ ...(measured.finding as Finding), check: id }),
}));
vi.mock(import('../../../load/engines/k6-operator/runners-finding.ts'), () => ({
  runnersFinding: ({ check }) => Promise.resolve({ ...(measured.finding as Finding), check }),
}));
vi.mock(import('../../../load/engines/k6-operator/runner-order.ts'), async (original) => ({
  ...(await original()),
  RunnerOrder: { parse: (value: unknown) => value } as never,
}));
const LEVEL = 'errors-are-few';
const LOAD = 'search-holds';
const FAR = '2099-01-01';

let directory: string;
beforeAll(() => void (directory = mkdtempSync(path.join(tmpdir(), 'greenlight-one-answer-'))));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function command(...args: readonly string[]) {
  const said = { out: '', err: '' };
  const stream = (key: keyof typeof said): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        said[key] += chunk.toString();
        done();
      },
    });
  const screen = createScreen({ out: stream('out'), err: stream('err'), env: {} });
  const interrupted = new AbortController().signal;
  return { code: await runCommandLine(args, { screen, env: {}, cwd: directory, interrupted }), ...said };
}

function planOf(policy: object): object {
  return {
    target: { name: 'shop', urls: { app: 'http://127.0.0.1:9' } },
    policy: { default: policy },
    slo: {
      source: { adapter: 'prometheus', url: 'http://127.0.0.1:9' },
      up: 'up{job="shop"}',
      scrapeS: 15,
      objectives: [
        {
          id: LEVEL,
          title: 'Errors are few',
          kind: 'error-rate',
          bad: 'http_requests_total{code=~"5.."}',
          total: 'http_requests_total',
          windowS: 300,
          minimumEvents: 20,
          atMost: { critical: 0.05 },
        },
      ],
    },
    load: {
      profiles: [
        {
          id: LOAD,
          title: 'The search holds',
          engine: 'k6',
          requests: [{ path: '/' }],
          rate: 50,
          minimumRequests: 20,
          thresholds: { p95Ms: 250 },
        },
      ],
    },
  };
}

/** What `run` answers for that finding, if it is all that the phase asks. */
function answerOfRun(plan: Plan, item: { id: string; phases: Plan['checks'][number]['phases'] }): number {
  const { check, policy } = plannedIn(plan, item);
  const finding = { ...(measured.finding as Finding), check: check.id };
  const bad = finding.outcome === 'fail' || finding.outcome === 'unknown';
  const evidence = evidenceOf(
    [check],
    [
      attempt(check.id, {
        project: check.project,
        findings: [finding],
        ...(bad ? { status: 'failed', errors: [{ kind: 'finding', message: 'FindingSaysNo' }] } : {}),
      }),
    ],
    { policy },
  );
  return exitCodeOf(judge(evidence, DECIDED).decision);
}

let plans = 0;
const waiver = (until: string) => ({
  waivers: [LEVEL, LOAD].map((check) => ({ check, reason: 'known', owner: 'Bo', until })),
});
const [pass, fail] = [{ outcome: 'pass' } as const, { outcome: 'fail', cause: 'too-many' } as const];

test.each<[string, object, Partial<Finding>, number]>([
  ['a pass', {}, pass, 0],
  ['a failure', {}, fail, 10],
  ['an unknown', {}, { outcome: 'unknown', cause: 'gaps' }, 20],
  ['nothing that applies', {}, { outcome: 'not-applicable' }, 20],
  ['an advisory failure', { advisory: [LEVEL, LOAD] }, fail, 20],
  ['an advisory pass alone', { advisory: [LEVEL, LOAD] }, pass, 20],
  ['a waived failure', waiver(FAR), fail, 20],
  ['a failure whose waiver is over', waiver('2020-01-01'), fail, 10],
  ['an unknown, which no waiver covers', waiver(FAR), { outcome: 'unknown' }, 20],
  ['a pass below the floor of the policy', { sampleFloors: { [LEVEL]: 5000, [LOAD]: 5000 } }, pass, 20],
  ['a failure below the floor', { sampleFloors: { [LEVEL]: 5000, [LOAD]: 5000 } }, fail, 10],
])('every command gives the answer of the run: %s', async (_name, policy, finding, code) => {
  measured.finding = { summary: 'what was seen', sampleSize: 1000, ...finding };
  const plan = parsePlan(planOf(policy));
  // Node keeps modules: each plan is a file of its own.
  const file = `plan-${(plans += 1)}.mjs`;
  writeFileSync(path.join(directory, file), `export default ${JSON.stringify(planOf(policy))};`);
  const [objective] = plan.slo?.objectives ?? [];
  const [profile] = plan.load.profiles;
  if (objective === undefined || profile === undefined) throw new Error('the plan lost its parts');
  expect(answerOfRun(plan, objective), 'run').toBe(code);
  expect(answerOfRun(plan, profile), 'run').toBe(code);

  const slo = await command('slo', '--config', file);
  expect(slo.code, `slo: ${slo.out}${slo.err}`).toBe(code);

  const order = { check: LOAD, name: 'n', parallelism: 2, target: 'shop' };
  const { check: planned, policy: own } = plannedIn(plan, profile);
  mkdirSync(path.join(directory, 'exported'), { recursive: true });
  writeFileSync(
    path.join(directory, 'exported', 'order.json'),
    JSON.stringify({ ...order, planned, policy: own }),
  );
  const load = await command('load', 'judge', 'exported');
  expect(load.code, `load judge: ${load.out}${load.err}`).toBe(code);
});

test.each<[string, object, object[]]>([
  ['blocking', {}, [{ severity: 'critical' }, { severity: 'unknown' }]],
  ['advisory', { advisory: [LEVEL] }, [{ demoted: 'advisory' }, { demoted: 'advisory' }]],
  ['waived', waiver(FAR), [{ severity: 'critical' }, { demoted: 'waived' }, { severity: 'unknown' }]],
])('exported alerts say whether a %s level decides', (_name, policy, labels) => {
  const plan = parsePlan(planOf(policy));
  const [objective] = plan.slo?.objectives ?? [];
  if (plan.slo === undefined || objective === undefined) throw new Error('the plan lost its levels');
  const weight = alertWeight(plannedIn(plan, objective));
  const rules = prometheusRules(plan.slo, 'shop', () => weight).groups.flatMap((group) => group.rules);
  const alerts = rules.filter((rule) => 'alert' in rule);
  expect(alerts.map((alert) => alert.labels)).toMatchObject(labels);
  for (const alert of alerts.filter((one) => 'demoted' in one.labels))
    expect(alert.labels['severity']).toBe('warning');
});
