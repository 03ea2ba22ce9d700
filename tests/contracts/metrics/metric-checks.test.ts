import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { MetricCheck } from '../../../contract/slo/metric-check.ts';
import type { MetricSource } from '../../../contract/slo/metric-source.ts';
import { evaluateMetric } from '../../../slo/metrics/evaluate-metric.ts';
import { openMetricSource } from '../../../slo/sources/metric-sources.ts';
import { createPrometheus } from '../../../slo/sources/prometheus.ts';
import {
  type Exporter,
  moment,
  prometheusMissing,
  type RunningPrometheus,
  startExporter,
  startPrometheus,
} from './prometheus-server.ts';

const missing = prometheusMissing();
if (missing !== undefined) console.warn(`\nSKIPPED: single numbers of Prometheus: ${missing}\n`);

const WINDOW_S = 12;
/** From this scrape on, what is planted in a job shows. */
const FROM = 6;

const STARTED = Date.now();

/** Everything that the page of metrics asks of Prometheus, of a target that is well. */
function page(scrape: number, { slow = 0, errors = 0, used = 0.5 } = {}): string {
  const requests = scrape * 100;
  return [
    `http_requests_total ${requests}`,
    ...(errors > 0
      ? [`http_errors_total ${Math.round(requests * errors)}`]
      : ['# TYPE http_errors_total counter']),
    `http_request_duration_seconds_bucket{le="0.25"} ${requests * (1 - slow)}`,
    `http_request_duration_seconds_bucket{le="4.0"} ${requests}`,
    `http_request_duration_seconds_bucket{le="+Inf"} ${requests}`,
    // By the clock: on a busy machine a scrape comes late, and a second of four processors is no scrape.
    `process_cpu_seconds_total ${((Date.now() - STARTED) / 1000) * 4 * used}`,
    `process_resident_memory_bytes ${8e9 * used}`,
    `pg_stat_activity_count ${100 * used}`,
    'pg_settings_max_connections 100',
    '',
  ].join('\n');
}

/** When a scrape was, so that a window can begin there. */
const at: Record<'steady' | 'down', number> = { steady: 0, down: 0 };

const JOBS: Readonly<Record<string, Exporter['text']>> = {
  well: (scrape) =>
    [
      'memory_bytes{pod="a"} 1000',
      `memory_bytes{pod="b"} ${1000 + (scrape % 2)}`,
      `restarts_total{pod="a"} 7`,
      'hits_total 90',
      '# HELP payment_errors_total Payments that failed.',
      '# TYPE payment_errors_total counter',
      '# TYPE requests_total counter',
      `requests_total{code="200"} ${scrape}`,
      page(scrape),
    ].join('\n'),
  ill: (scrape) => {
    if (scrape === FROM - 2) at.steady = Date.now();
    return [
      'memory_bytes{pod="a"} 1000',
      `memory_bytes{pod="b"} ${1000 + scrape * 10}`,
      // It began anew, and counted on.
      `restarts_total{pod="a"} ${scrape < FROM ? 7 : 8}`,
      `jobs_total ${scrape < FROM ? 100 : scrape - FROM + 3}`,
      `again_total ${scrape < FROM ? 50 : Math.min(scrape - FROM, 5)}`,
      ...(scrape < FROM ? [] : ['payment_errors_total{provider="card"} 1']),
      page(scrape, { slow: 0.5, errors: 0.03, used: 0.85 }),
    ].join('\n');
  },
  started: () => `process_start_time_seconds ${Date.now() / 1000}\nsent_total 5\n`,
  broken: (scrape) =>
    `# TYPE late_failures_total counter\n${page(scrape, { slow: 0.5, errors: 0.2, used: 0.99 })}`,
  // Its process ended, and another one took its place some time later.
  moved: (scrape) => {
    if (scrape === 7) at.down = Date.now();
    if (scrape < 3) return 'lost_total 100\nkept_total 100\n';
    return scrape < 10 ? undefined : `lost_total ${scrape - 5}\nkept_total 0\n`;
  },
};
/** Those that answer every scrape. */
const WHOLE = Object.keys(JOBS).filter((name) => name !== 'moved');

let exporters: Exporter[] = [];
let prometheus: RunningPrometheus;
const source = (): MetricSource => ({ adapter: 'prometheus', url: prometheus.url, headers: {} });
type Input = z.input<typeof MetricCheck>;
type Plain = Omit<Input, 'id' | 'title'> & { readonly kind: Input['kind'] };

async function ask(check: object, from: MetricSource = source()) {
  const reader = openMetricSource(from, {
    env: {},
    signal: undefined,
    target: {},
  });
  const parsed = MetricCheck.parse({
    id: 'number-holds',
    title: 'It',
    windowS: WINDOW_S,
    everyS: 1,
    ...check,
  });
  return evaluateMetric(reader, { name: 'main', source: from }, parsed);
}
const gauge = (of: string, more: object = {}): Plain & object => ({
  kind: 'gauge',
  of,
  limits: { critical: { atMost: 2000 } },
  ...more,
});
const count = (of: string, more: object = {}): Plain & object => ({
  kind: 'count',
  of,
  limits: { critical: { atMost: 0 } },
  ...more,
});

describe.skipIf(missing !== undefined)('single numbers of a real Prometheus', () => {
  beforeAll(async () => {
    exporters = await Promise.all(Object.values(JOBS).map(startExporter));
    const jobs = Object.keys(JOBS).map((name, index) => [name, exporters[index]?.address ?? ''] as const);
    prometheus = await startPrometheus(Object.fromEntries(jobs));
    const store = createPrometheus({ url: prometheus.url, headers: {} });
    await moment(store, { seconds: WINDOW_S + 3, whole: WHOLE });
  });
  afterAll(async () => {
    await prometheus?.close();
    await Promise.all(exporters.map((exporter) => exporter.close()));
  });

  test('a gauge: each series for itself, together, and an expression', async () => {
    expect(await ask(gauge('memory_bytes{job="well"}'))).toMatchObject({ outcome: 'pass' });
    const each = await ask(gauge('memory_bytes{job="well"}', { limits: { critical: { atMost: 1000 } } }));
    expect(each).toMatchObject({ outcome: 'fail', cause: 'critical-level' });
    expect(each.summary).toContain('pod="b"');
    const sum = gauge('memory_bytes{job="well"}', { across: 'sum', over: 'max' });
    expect(await ask(sum)).toMatchObject({ outcome: 'fail', measured: 2001 });
    const share = gauge('memory_bytes{job="well",pod="a"} / on () count(up)', { over: 'last' });
    expect(await ask(share)).toMatchObject({ outcome: 'pass', measured: 200 });
    expect(await ask(gauge('memory_bytes{job="well"} / 0 * 0'))).toMatchObject({ cause: 'not-a-number' });
    expect(await ask(gauge('memory_bytes{job="nowhere"}'))).toMatchObject({
      outcome: 'unknown',
      cause: 'no-series',
    });
    expect(await ask(gauge('this is no expression'))).toMatchObject({
      outcome: 'unknown',
      cause: 'metrics-unavailable',
    });
  });

  test('a trend: memory that grows, and memory that does not', async () => {
    const growth = (job: string) =>
      ask({
        kind: 'trend',
        of: `memory_bytes{job="${job}"}`,
        per: 'minute',
        limits: { rollback: { atMost: 100 } },
      });
    expect(await growth('well')).toMatchObject({ outcome: 'pass' });
    const grows = await growth('ill');
    expect(grows).toMatchObject({
      outcome: 'fail',
      cause: 'rollback-level',
      measured: expect.closeTo(600, -2) as number,
    });
    expect(grows.summary).toContain('pod="b"');
  });

  test('a count: none, a restart, and a counter that began anew', async () => {
    const since = { windowS: 60, everyS: 5 };
    expect(await ask(count('restarts_total{job="well"}'))).toMatchObject({ outcome: 'pass', measured: 0 });
    // The window is older than this Prometheus: the 7 that the series began with may be of before, the one is certain.
    const ill = (limit: number) =>
      ask(count('restarts_total{job="ill"}', { ...since, limits: { critical: { atMost: limit } } }));
    expect(await ill(0)).toMatchObject({ outcome: 'fail' });
    expect(await ill(5)).toMatchObject({ outcome: 'unknown', cause: 'gaps' });
    expect(await ill(8)).toMatchObject({ outcome: 'pass' });
    // It went from 100 to 3, and on: a reset is no loss.
    const jobs = count('jobs_total{job="ill"}', { ...since, limits: { critical: { atMost: 1e6 } } });
    expect(await ask(jobs)).toMatchObject({ outcome: 'pass' });
    // A process that began in the window: all that it counted is of the window.
    const started = (limit: number) =>
      ask(count('sent_total{job="started"}', { ...since, limits: { critical: { atMost: limit } } }));
    expect(await started(4)).toMatchObject({ outcome: 'fail', measured: 5 });
    expect(await started(5)).toMatchObject({ outcome: 'pass' });
  });

  test('a counter that began anew: what is certain of it, and not what increase() makes of it', async () => {
    const began = (limit: number) => {
      const since = new Date(at.steady).toISOString();
      return ask(count('again_total{job="ill"}', { since, limits: { critical: { atMost: limit } } }));
    };
    expect(await began(4)).toMatchObject({ outcome: 'fail' });
    expect(await began(5)).not.toMatchObject({ outcome: 'fail' });
    expect(await began(7)).toMatchObject({ outcome: 'pass' });
  });

  test('a counter that began anew while nobody scraped it is not lost', async () => {
    const since = new Date(at.down).toISOString();
    expect(await ask(count('lost_total{job="moved"}', { since }))).toMatchObject({ outcome: 'fail' });
    // Nothing has happened since.
    expect(await ask(count('kept_total{job="moved"}', { since }))).not.toMatchObject({ outcome: 'fail' });
  });

  test('a rate, a ratio, and limits from below', async () => {
    const rate = { kind: 'rate', of: 'http_requests_total{job="well"}', per: 'second' };
    expect(await ask({ ...rate, limits: { critical: { atLeast: 50 } } })).toMatchObject({
      outcome: 'pass',
      measured: expect.closeTo(100, -2) as number,
    });
    expect(await ask({ ...rate, limits: { critical: { atLeast: 500 } } })).toMatchObject({ outcome: 'fail' });
    const ratio = (job: string) =>
      ask({
        kind: 'ratio',
        part: `http_errors_total{job="${job}"}`,
        total: `http_requests_total{job="${job}"}`,
        absent: 'zero',
        limits: { warning: { atMost: 0.01 }, critical: { atMost: 0.05 } },
      });
    expect(await ratio('well')).toMatchObject({ outcome: 'pass', measured: 0 });
    expect(await ratio('ill')).toMatchObject({ outcome: 'pass', cause: 'warning-level' });
    expect(await ratio('broken')).toMatchObject({
      outcome: 'fail',
      measured: expect.closeTo(0.2, 2) as number,
    });
  });

  test('no series is zero only where the source shows that it would have one', async () => {
    const zero = { absent: 'zero' };
    // Exported, and nothing has happened yet: what the target says of its metrics.
    const known = await ask(count('payment_errors_total{job="well"}', zero));
    expect(known).toMatchObject({ outcome: 'pass', measured: 0 });
    // Other series of it are there, with this label.
    expect(await ask(count('requests_total{job="well",code=~"5.."}', zero))).toMatchObject({
      outcome: 'pass',
    });
    const unknown = { outcome: 'unknown', cause: 'no-such-series' };
    expect(await ask(count('requests_total{job="well",status=~"5.."}', zero))).toMatchObject(unknown);
    expect(await ask(count('payment_errrors_total{job="well"}', zero))).toMatchObject(unknown);
    expect(await ask(count('requests_total{job="wel",code="500"}', zero))).toMatchObject(unknown);
    // A witness of the plan.
    const witness = (present: string) => ask(count('never_exported_total', { ...zero, present }));
    expect(await witness('up{job="well"}')).toMatchObject({ outcome: 'pass', measured: 0 });
    expect(await witness('up{job="nowhere"}')).toMatchObject(unknown);
    const away: MetricSource = { adapter: 'prometheus', url: 'http://127.0.0.1:9', headers: {} };
    expect(await ask(count('payment_errors_total', zero), away)).toMatchObject({
      cause: 'metrics-unavailable',
    });
  });

  test('one payment error is enough, also the one that brings its series', async () => {
    const window = { windowS: 600, everyS: 60, absent: 'zero', limits: { rollback: { atMost: 0 } } };
    const since = new Date(Date.now() - 3000).toISOString();
    const exporter = exporters[1];
    if (exporter === undefined) throw new Error('there is no such exporter');
    const before = exporter.text;
    exporter.text = (scrape) => `${before(scrape) ?? ''}late_errors_total{provider="card"} 1\n`;
    await expect
      .poll(async () => (await ask(count('late_errors_total{job="ill"}', { ...window, since }))).outcome, {
        timeout: 20_000,
        interval: 500,
      })
      .toBe('fail');
    expect(
      await ask(count('payment_errors_total{job="well"}', { ...window, windowS: 12, everyS: 1 })),
    ).toMatchObject({
      outcome: 'pass',
    });
  });

  test('the thresholds of the page: well, ill and broken', async () => {
    const text = readFileSync(path.resolve(import.meta.dirname, '../../../docs/metrics.md'), 'utf8');
    const [, example = ''] = [...text.matchAll(/^```ts\n(metrics: .*?)^```$/gms)].map(([, one = '']) => one);
    const answers = async (job: string): Promise<Record<string, string>> => {
      const ours = example
        .replaceAll('job="ils"', `job="${job}"`)
        .replaceAll('[1m]', '[8s]')
        .replace(/url: '[^']*'/, `url: '${prometheus.url}'`);
      const given = runInNewContext(`({ ${ours} })`) as { metrics: { checks: object[] } };
      const checks = given.metrics.checks.map((one) => ({ ...one, windowS: WINDOW_S, everyS: 1 }));
      const { metrics } = parsePlan({
        target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' } },
        metrics: { ...given.metrics, checks },
      });
      const found = (metrics?.checks ?? []).map(async (check) => {
        const { outcome, cause } = await evaluateMetric(
          openMetricSource(source(), { env: {}, signal: undefined, target: {} }),
          { name: 'prometheus', source: source() },
          check,
        );
        return [check.id, cause === undefined ? outcome : `${outcome} ${cause}`] as const;
      });
      return Object.fromEntries(await Promise.all(found));
    };
    expect(new Set(Object.values(await answers('well')))).toEqual(new Set(['pass']));
    expect(await answers('ill')).toEqual({
      'errors-are-few': 'pass warning-level',
      'answers-are-fast': 'fail rollback-level',
      'processors-are-free': 'pass warning-level',
      'memory-is-free': 'pass warning-level',
      'connections-are-free': 'pass warning-level',
      'p95-stays-below-2-s': 'fail rollback-level',
    });
    expect(await answers('broken')).toMatchObject({
      'errors-are-few': 'fail rollback-level',
      'processors-are-free': 'fail critical-level',
      'memory-is-free': 'fail critical-level',
      'connections-are-free': 'fail critical-level',
    });
    for (const answer of Object.values(await answers('nobody')))
      expect(answer).toMatch(/^unknown no-(such-)?series$/);
  });

  test('a target that is gone says nothing about now', async () => {
    const absent = count('http_requests_total{job="broken",code="500"}', { absent: 'zero' });
    expect(await ask(absent)).toMatchObject({ outcome: 'unknown', cause: 'no-such-series' });
    const exported = count('http_requests_total{job="broken",instance!="x"}', { absent: 'zero' });
    expect(await ask(exported)).toMatchObject({ outcome: 'fail' });
    await exporters[3]?.close();
    await expect
      .poll(async () => (await ask(gauge('pg_stat_activity_count{job="broken"}'))).cause, {
        timeout: 20_000,
        interval: 500,
      })
      .toBe('stale');
    // What was never seen of a target that is gone is no zero, although it exported such a metric.
    expect(await ask(count('late_failures_total{job="broken"}', { absent: 'zero' }))).toMatchObject({
      outcome: 'unknown',
      cause: 'no-such-series',
    });
  });
});
