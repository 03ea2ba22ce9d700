import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { Slo, type SloObjective } from '../../../contract/slo/slo.ts';
import { evaluateSlo, openMetrics } from '../../../slo/evaluate-slo.ts';
import { createPrometheus } from '../../../slo/sources/prometheus.ts';
import { readSlo } from '../../../slo/read-slo.ts';
import {
  type Exporter,
  prometheusMissing,
  type RunningPrometheus,
  moment,
  startExporter,
  startPrometheus,
} from './prometheus-server.ts';

const missing = prometheusMissing();
if (missing !== undefined) console.warn(`\nSKIPPED: service levels against a real Prometheus: ${missing}\n`);

const WINDOW_S = 10;

/** Counters that grow by 10 requests a scrape. */
function shop(scrape: number, how: { errors?: number; seconds?: number; grow?: boolean } = {}): string {
  const count = (how.grow === false ? 40 : scrape) * 10;
  const errors = Math.round(count * (how.errors ?? 0));
  const seconds = how.seconds ?? 0.1;
  const under = (le: number): number => (seconds <= le ? count : 0);
  return [
    `http_requests_total{code="200"} ${count - errors}`,
    ...(errors > 0 ? [`http_requests_total{code="500"} ${errors}`] : []),
    `duration_seconds_bucket{le="0.1"} ${under(0.1)}`,
    `duration_seconds_bucket{le="0.5"} ${under(0.5)}`,
    `duration_seconds_bucket{le="1.0"} ${under(1)}`,
    `duration_seconds_bucket{le="+Inf"} ${count}`,
    `duration_seconds_count ${count}`,
    `payments_total ${count}`,
    `payments_succeeded_total ${count - errors}`,
    'connections_used 40',
    'connections_max 100',
    '',
  ].join('\n');
}

const JOBS: Readonly<Record<string, Exporter['text']>> = {
  healthy: (scrape) => shop(scrape),
  breaching: (scrape) => shop(scrape, { errors: 0.2 }),
  idle: (scrape) => shop(scrape, { grow: false }),
  // All requests take 3 s, and the top bucket ends at 1 s.
  slow: (scrape) => shop(scrape, { seconds: 3 }),
  dead: () => undefined,
  // 60 errors in one scrape that create their series: another one every few scrapes, so that whenever somebody looks,
  // however late, one of them is new in the window.
  burst: (scrape) =>
    shop(scrape) +
    Array.from(
      { length: Math.floor(scrape / 3) },
      (_, wave) => `http_requests_total{code="500",wave="${wave}"} 60\n`,
    ).join(''),
  // Broken for a while, and then nobody answers the scrapes.
  vanished: (scrape) => (scrape < 14 ? shop(scrape, { errors: 0.5 }) : undefined),
  // A third of all requests failed, and then nobody came any more.
  idled: (scrape) => shop(Math.min(scrape, 8), { errors: 1 / 3 }),
  nan: () => 'connections_used NaN\nconnections_max 100\n',
  // What a Pushgateway shows of a job that pushed a month ago.
  pushed: () =>
    `connections_used{exported_job="batch"} 40\npush_time_seconds{exported_job="batch"} ${started / 1000 - 2_592_000}\n`,
  'pushed-now': () =>
    `connections_used{exported_job="batch"} 40\npush_time_seconds{exported_job="batch"} ${Date.now() / 1000 - 2}\n`,
  stale: (scrape) =>
    shop(scrape)
      .split('\n')
      .map((line) => (line === '' ? '' : `${line} ${started - 60_000}`))
      .join('\n'),
};

let started = 0;
/** The moment of all questions: no window of ten seconds passes while other tests run. */
let asOf = 0;
let exporters: Exporter[] = [];
let prometheus: RunningPrometheus;

describe.skipIf(missing !== undefined)('service levels from a real Prometheus', () => {
  beforeAll(async () => {
    started = Date.now();
    exporters = await Promise.all(Object.values(JOBS).map(startExporter));
    const jobs = Object.keys(JOBS).map((name, index) => [name, exporters[index]?.address ?? ''] as const);
    prometheus = await startPrometheus(Object.fromEntries(jobs));
    const metrics = createPrometheus({ url: prometheus.url, headers: {} });
    const whole = Object.keys(JOBS).filter((job) => !['dead', 'vanished'].includes(job));
    asOf = await moment(metrics, { seconds: 2 * WINDOW_S + 2, whole });
  });
  afterAll(async () => {
    await prometheus?.close();
    await Promise.all(exporters.map((exporter) => exporter.close()));
  });

  type Given<K extends SloObjective['kind']> = Partial<
    Extract<z.input<typeof Slo>['objectives'][number], { kind: K }>
  >;
  const objectives = (job: string) => {
    const common = { id: 'level-holds', title: 'The level holds', windowS: WINDOW_S, minimumEvents: 20 };
    return {
      errors: (given: Given<'error-rate'> = {}) => ({
        ...common,
        kind: 'error-rate' as const,
        bad: `http_requests_total{job="${job}",code=~"5.."}`,
        total: `http_requests_total{job="${job}"}`,
        atMost: { warning: 0.01, critical: 0.05 },
        ...given,
      }),
      latency: (given: Given<'latency'> = {}) => ({
        ...common,
        kind: 'latency' as const,
        histogram: `duration_seconds{job="${job}"}`,
        underS: 0.5,
        atLeast: { critical: 0.95 },
        ...given,
      }),
      payments: (given: Given<'business-ratio'> = {}) => ({
        ...common,
        kind: 'business-ratio' as const,
        good: `payments_succeeded_total{job="${job}"}`,
        total: `payments_total{job="${job}"}`,
        atLeast: { critical: 0.98 },
        ...given,
      }),
    };
  };

  async function evaluate(
    job: string,
    objective: z.input<typeof Slo>['objectives'][number],
    given: Partial<z.input<typeof Slo>> = {},
  ): Promise<Finding> {
    const slo = Slo.parse({
      source: { adapter: 'prometheus', url: prometheus.url },
      up: `up{job="${job}"}`,
      scrapeS: 1,
      objectives: [objective],
      ...given,
    });
    const [only] = slo.objectives;
    if (only === undefined) throw new Error('no objective');
    const store = createPrometheus({ url: prometheus.url, headers: {} });
    const ours = given.source === undefined;
    return evaluateSlo(
      ours ? (all, level) => readSlo(store, all, level, asOf) : openMetrics(slo.source),
      slo,
      only,
    );
  }
  const unknown = (cause: string) => ({ outcome: 'unknown', cause });

  test('healthy: no failed request ever made a series, and that is no error', async () => {
    const on = objectives('healthy');
    expect(await evaluate('healthy', on.errors())).toMatchObject({ outcome: 'pass', measured: 0 });
    expect(await evaluate('healthy', on.latency())).toMatchObject({ outcome: 'pass', measured: 1 });
    expect(await evaluate('healthy', on.payments())).toMatchObject({ outcome: 'pass', measured: 1 });
    expect(await evaluate('healthy', on.errors({ forS: 5 }))).toMatchObject({ outcome: 'pass' });
    expect(await evaluate('healthy', on.latency({ forS: 5 }))).toMatchObject({ outcome: 'pass' });
  });

  test('breaching fails, at once and for a time', async () => {
    const on = objectives('breaching');
    expect(await evaluate('breaching', on.errors())).toMatchObject({ outcome: 'fail', cause: 'error-rate' });
    expect(await evaluate('breaching', on.errors({ forS: 5 }))).toMatchObject({ outcome: 'fail' });
    expect(await evaluate('breaching', on.payments())).toMatchObject({
      outcome: 'fail',
      cause: 'business-ratio',
    });
    const warned = await evaluate('breaching', on.errors({ atMost: { warning: 0.1, critical: 0.5 } }));
    expect(warned).toMatchObject({ outcome: 'pass', cause: 'warning-level' });
  });

  test('a time that was not seen yet is neither a failure nor a pass', async () => {
    const finding = await evaluate('breaching', objectives('breaching').errors({ forS: 600 }));
    expect(finding).toMatchObject(unknown('gaps'));
  });

  test('errors whose series is new in the window are counted', async () => {
    const finding = await evaluate('burst', objectives('burst').errors());
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'error-rate' });
  });

  test('without traffic nothing is known', async () => {
    const on = objectives('idle');
    for (const objective of [on.errors(), on.latency(), on.payments()])
      expect(await evaluate('idle', objective)).toMatchObject(unknown('too-few-events'));
  });

  test('without series nothing is known', async () => {
    const on = objectives('healthy');
    expect(await evaluate('healthy', on.errors({ total: 'no_such_total' }))).toMatchObject(
      unknown('no-series'),
    );
    expect(await evaluate('healthy', on.latency({ histogram: 'no_such' }))).toMatchObject(
      unknown('no-series'),
    );
    const typo = 'http_requests_total{job="healthy",status=~"5.."}';
    expect(await evaluate('healthy', on.errors({ bad: typo }))).toMatchObject(unknown('no-such-series'));
    expect(await evaluate('healthy', on.payments({ good: 'no_such_total' }))).toMatchObject(
      unknown('no-such-series'),
    );
  });

  test('a dead target is not healthy', async () => {
    expect(await evaluate('dead', objectives('dead').errors())).toMatchObject(unknown('target-down'));
    expect(await evaluate('nowhere', objectives('nowhere').errors())).toMatchObject(
      unknown('target-not-scraped'),
    );
    const two = await evaluate('healthy', objectives('healthy').errors(), { instances: 2 });
    expect(two).toMatchObject(unknown('target-not-scraped'));
  });

  test('availability is what the scrapes say', async () => {
    const availability = (job: string) => ({
      id: 'shop-is-up',
      title: 'The shop is up',
      kind: 'availability' as const,
      up: `up{job="${job}"}`,
      windowS: WINDOW_S,
      atLeast: { critical: 0.99 },
    });
    expect(await evaluate('healthy', availability('healthy'))).toMatchObject({
      outcome: 'pass',
      measured: 1,
    });
    expect(await evaluate('dead', availability('dead'))).toMatchObject({ outcome: 'fail', measured: 0 });
  });

  test('slower than the top bucket fails, and a limit beyond it cannot be told', async () => {
    const on = objectives('slow');
    expect(await evaluate('slow', on.latency())).toMatchObject({ outcome: 'fail', measured: 0 });
    expect(await evaluate('slow', on.latency({ underS: 2 }))).toMatchObject(unknown('no-such-bucket'));
  });

  test('samples of a minute ago are not about now', async () => {
    expect(await evaluate('stale', objectives('stale').errors())).toMatchObject(unknown('stale'));
  });

  test('a window that is not full yet is no measurement', async () => {
    expect(await evaluate('healthy', objectives('healthy').errors({ windowS: 3600 }))).toMatchObject(
      unknown('gaps'),
    );
  });

  test('saturation', async () => {
    const saturation = (critical: number) => ({
      id: 'connections-are-free',
      title: 'Connections are free',
      kind: 'saturation' as const,
      used: { gauge: 'connections_used{job="healthy"}' },
      capacity: 'connections_max{job="healthy"}',
      windowS: WINDOW_S,
      atMost: { critical },
    });
    expect(await evaluate('healthy', saturation(0.8))).toMatchObject({ outcome: 'pass', measured: 0.4 });
    expect(await evaluate('healthy', saturation(0.3))).toMatchObject({ outcome: 'fail', measured: 0.4 });
  });

  test('a target that vanishes while it is broken has not recovered', async () => {
    const on = objectives('vanished');
    for (const objective of [on.errors(), on.errors({ forS: 5 })])
      expect(await evaluate('vanished', objective)).toMatchObject(unknown('target-down'));
  });

  test('errors, and then no traffic, are neither healthy nor a breach that goes on', async () => {
    const on = objectives('idled');
    for (const objective of [on.errors(), on.errors({ forS: 5 })])
      expect(await evaluate('idled', objective)).toMatchObject(unknown('too-few-events'));
  });

  test('NaN, and what was pushed a month ago, are no measurements', async () => {
    const connections = (job: string) => ({
      id: 'connections-are-free',
      title: 'Connections are free',
      kind: 'saturation' as const,
      used: { gauge: `connections_used{job="${job}"}` },
      capacity: 100,
      windowS: WINDOW_S,
      atMost: { critical: 0.8 },
    });
    expect(await evaluate('nan', connections('nan'))).toMatchObject(unknown('not-a-number'));
    expect(await evaluate('pushed', connections('pushed'))).toMatchObject(unknown('pushed-long-ago'));
    const now = await evaluate('pushed-now', connections('pushed-now'));
    expect([now.outcome, now.cause]).toEqual(['pass', undefined]);
  });

  test('an answer with a warning may be a part only', async () => {
    // A store behind this one that does not answer: Prometheus calls that a success, with a warning.
    const partial = await startPrometheus({}, undefined, {
      remote_read: [{ url: 'http://127.0.0.1:9/read', read_recent: true }],
    });
    try {
      const source = { adapter: 'prometheus' as const, url: partial.url };
      const finding = await evaluate('healthy', objectives('healthy').errors(), { source });
      expect(finding).toMatchObject(unknown('metrics-incomplete'));
    } finally {
      await partial.close();
    }
  });

  test('a query that Prometheus refuses, and a Prometheus that is not there', async () => {
    const on = objectives('healthy');
    const refused = await evaluate('healthy', on.errors({ bad: 'http_requests_total{job=}' }));
    expect(refused).toMatchObject(unknown('metrics-unavailable'));
    const source = { adapter: 'prometheus' as const, url: 'http://127.0.0.1:9' };
    expect(await evaluate('healthy', on.errors(), { source })).toMatchObject(unknown('metrics-unavailable'));
  });
});
