import { expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import ilsPlan from '../../../examples/ils-kubernetes/greenlight.config.mts';
import { queryRule } from '../../../examples/mhp-azure/azure-answers.ts';
import mhpPlan from '../../../examples/mhp-azure/greenlight.config.mts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { createControl } from '../../../suites/control.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { evaluateDocument } from '../../../suites/probes/evaluate-document.ts';
import { probeQuery } from '../../../suites/probes/query-probe.ts';
import { aboutThirdParty } from '../../../suites/third-party.ts';
import { listen } from '../suites/run-flow-on.ts';

/** What a check of an example finds wrong in what its program printed. */
function wrongIn(input: unknown, id: string, body: unknown): readonly string[] {
  const probe = parsePlan(input).probes.find((one) => one.id === id);
  if (probe?.kind !== 'command') throw new Error(`${id} is no command of the plan`);
  const { schema, expect: compares } = probe;
  const { statements } = evaluateDocument({ schema, expect: compares, showValues: true }, body);
  expect(statements.length).toBeGreaterThan(0);
  return statements.filter(({ ok }) => !ok).map(({ name }) => name);
}

const LEARNED = {
  enabled: true,
  severity: 2,
  criteria: { allOf: [{ operator: 'GreaterThan', alertSensitivity: 'Medium' }] },
};
const TO_METRIC = { name: 'to-metric', properties: { enabled: true, criteria: { allOf: [{ query: 'x' }] } } };

test('rules of other kinds beside those of the plan are no difference; a rule of the plan of another kind is', () => {
  const judged = (...rules: readonly object[]): readonly string[] =>
    wrongIn(mhpPlan, 'error-and-latency-alerts-are-on', { value: rules });
  const [errors, p95] = [queryRule('mhp-error-rate', 0, 1), queryRule('mhp-p95', 2, 1000)];
  expect(judged(TO_METRIC, { name: 'learned', properties: LEARNED }, errors, p95)).toEqual([]);
  expect(judged(errors, { name: 'mhp-p95', properties: LEARNED })).toEqual([
    'mhp-p95: limit',
    'mhp-p95: somebody is told',
  ]);
});

test('an availability alert is read beside one of a web test, which has no limit', () => {
  const webTest = {
    name: 'web-test',
    properties: { enabled: true, severity: 1, criteria: { webTestId: 'x', failedLocationCount: 2 } },
  };
  const ours = (actions: readonly object[]): object => ({
    name: 'mhp-availability',
    properties: {
      enabled: true,
      severity: 0,
      criteria: { allOf: [{ operator: 'LessThan', threshold: 99.9 }] },
      actions,
    },
  });
  const judged = (...rules: readonly object[]): readonly string[] =>
    wrongIn(mhpPlan, 'availability-alert-is-on', { value: rules });
  expect(judged(webTest, ours([{ actionGroupId: 'on-call' }]))).toEqual([]);
  expect(judged(webTest, ours([]))).toEqual(['mhp-availability: somebody is told']);
  expect(judged(webTest)).toHaveLength(4);
});

const statefulSet = (name: string, resources: object | undefined): object => ({
  metadata: { name },
  spec: {
    replicas: 1,
    template: { spec: { containers: [{ name, ...(resources !== undefined && { resources }) }] } },
  },
  status: { readyReplicas: 1 },
});

test.each([
  ['8Gi', []],
  ['5G', []],
  ['1Ti', []],
  ['4294967296', []],
  ['4G', ['memory of postgres']],
  ['512Mi', ['memory of postgres']],
])('a database that wants %s of memory, beside sets that want none', (memory, wrong) => {
  const items = [
    statefulSet('postgres', { requests: { memory } }),
    statefulSet('redis', {}),
    statefulSet('another', undefined),
  ];
  expect(wrongIn(ilsPlan, 'database-and-cache-run', { items })).toEqual(wrong);
});

test('a pod that waits for a node was not started again; where none was started, nothing was looked at', () => {
  const judged = (...items: readonly object[]): readonly string[] =>
    wrongIn(ilsPlan, 'pods-do-not-restart', { items });
  const waits = { metadata: { name: 'waits' }, status: {} };
  const started = (restartCount: number): object => ({
    metadata: { name: 'started' },
    status: { containerStatuses: [{ restartCount }] },
  });
  expect(judged(started(0), waits)).toEqual([]);
  expect(judged(started(2), waits)).toEqual(['restarts of started']);
  expect(judged(waits)).toEqual(['pods']);
});

/** A log store with so many lines of each selector of LogQL; without one it gives no sample. */
async function askedOf(id: string, lines: Readonly<Record<string, number>>): Promise<Finding['outcome']> {
  const loki = await listen((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://loki.test');
    const query = searchParams.get('query') ?? '';
    const count = Object.entries(lines).find(([selector]) => query.includes(selector))?.[1] ?? 0;
    const sample = pathname.endsWith('query_range') ? { stream: {} } : { value: [1, String(count)] };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data: { result: count === 0 ? [] : [sample] } }));
  });
  try {
    const probe = parsePlan(ilsPlan).probes.find((one) => one.id === id);
    if (probe?.kind !== 'query') throw new Error(`${id} is no query of the plan`);
    const tools = {
      application: createHttpApplication(),
      urls: { app: 'http://ils.test', loki: loki.url },
      thirdParties: new Set(['loki']),
      control: createControl(undefined),
      rateLimitWaitMs: 0,
    };
    return aboutThirdParty(await probeFinding(id, () => probeQuery(probe, tools))).outcome;
  } finally {
    await loki.close();
  }
}

test.each<[string, Readonly<Record<string, number>>, Finding['outcome']]>([
  ['slow-queries-are-few', { '|= "duration:"': 11, 'app="postgres"': 40 }, 'fail'],
  ['slow-queries-are-few', { '|= "duration:"': 10, 'app="postgres"': 40 }, 'pass'],
  ['slow-queries-are-few', { '|= "duration:"': 0, 'app="postgres"': 40 }, 'pass'],
  ['slow-queries-are-few', {}, 'unknown'],
  ['no-burst-of-slow-queries', { '|= "duration:"': 11, 'app="postgres"': 40 }, 'fail'],
  ['no-burst-of-slow-queries', { '|= "duration:"': 10, 'app="postgres"': 40 }, 'pass'],
  ['no-burst-of-slow-queries', {}, 'unknown'],
  ['pod-logs-have-no-errors', { 'level="error"': 1, 'app="ils-app"': 40 }, 'fail'],
  ['pod-logs-have-no-errors', { 'level="error"': 0, 'app="ils-app"': 40 }, 'pass'],
  ['pod-logs-have-no-errors', {}, 'unknown'],
])('%s of a log store with %o: %s', async (id, lines, outcome) => {
  expect(await askedOf(id, lines)).toBe(outcome);
});

test.each([
  ['ok', 'healthy', true],
  // It is another's: ILS without it is no broken release.
  ['down', 'degraded', true],
  ['down', 'healthy', true],
  ['ok', 'degraded', false],
])('ILS whose laboratory is %s and that calls itself %s is well: %s', (laboratory, status, ok) => {
  const probe = parsePlan(ilsPlan).probes.find(({ id }) => id === 'production-is-healthy');
  if (probe?.kind !== 'health') throw new Error('no health probe');
  const document = (services: object): object => ({
    ...{ status, version: 'v1.0.0', commit: '9ab34d1', environment: 'production' },
    services: { database: 'ok', cache: 'ok', laboratory, ...services },
  });
  expect(probe.schema.safeParse(document({})).success).toBe(ok);
  expect(probe.schema.safeParse(document({ cache: 'down' })).success).toBe(false);
});

test.each([
  ['none', 'pass'],
  ['major', 'unknown'],
])('a laboratory that says "%s" of itself is no fault of ILS: %s', async (indicator, outcome) => {
  const laboratory = await listen((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: { indicator } }));
  });
  try {
    const probe = parsePlan(ilsPlan).probes.find(({ id }) => id === 'dependencies-are-healthy');
    if (probe?.kind !== 'query') throw new Error('no query');
    const tools = {
      application: createHttpApplication(),
      urls: { app: 'http://ils.test', laboratory: laboratory.url },
      thirdParties: new Set(['laboratory']),
      control: createControl(undefined),
      rateLimitWaitMs: 0,
    };
    const finding = aboutThirdParty(await probeFinding(probe.id, () => probeQuery(probe, tools)));
    expect(finding.outcome).toBe(outcome);
  } finally {
    await laboratory.close();
  }
});
