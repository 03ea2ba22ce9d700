import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { MetricCheck } from '../../../../contract/slo/metric-check.ts';
import { MetricSource } from '../../../../contract/slo/metric-source.ts';
import { evaluateMetric } from '../../../../slo/metrics/evaluate-metric.ts';
import { openMetricSource } from '../../../../slo/sources/metric-sources.ts';

// No account of Datadog is here: this stand-in answers as the vendor documents, and every answer is held against that.
// https://docs.datadoghq.com/api/latest/metrics/query-timeseries-points/ (MetricsQueryResponse of version 1)
const Unit = z.strictObject({
  family: z.string(),
  name: z.string(),
  plural: z.string(),
  scale_factor: z.number(),
  short_name: z.string(),
});
const Documented = z.strictObject({
  error: z.string().optional(),
  from_date: z.int(),
  group_by: z.array(z.string()),
  message: z.string(),
  query: z.string(),
  res_type: z.string(),
  series: z.array(
    z.strictObject({
      aggr: z.string().nullable(),
      display_name: z.string(),
      end: z.int(),
      expression: z.string(),
      interval: z.int(),
      length: z.int(),
      metric: z.string(),
      pointlist: z.array(z.tuple([z.number(), z.number().nullable()])),
      query_index: z.int(),
      scope: z.string(),
      start: z.int(),
      tag_set: z.array(z.string()),
      unit: z.array(Unit.nullable()),
    }),
  ),
  status: z.string(),
  to_date: z.int(),
});

const KEYS = { DD_API_KEY: 'api-key-1', DD_APP_KEY: 'app-key-1' };
/** Values of the metrics that the account has, as of each period of a span. */
const METRICS: Record<string, readonly { scope: string; value: (index: number) => number | null }[]> = {
  'avg:shop.memory{*}': [{ scope: '*', value: () => 100 }],
  'avg:shop.memory{*} by {host}': [
    { scope: 'host:a', value: () => 100 },
    { scope: 'host:b', value: (index) => 100 + index },
  ],
  'sum:shop.errors{*}.as_count()': [{ scope: '*', value: (index) => (index === 2 ? 3 : null) }],
  'sum:shop.gaps{*}': [{ scope: '*', value: (index) => (index === 0 ? 1 : null) }],
  'max:shop.restarts{*}': [{ scope: '*', value: (index) => (index === 0 ? 1 : 2) }],
};
let interval = 60;
let seen: { url: URL; keys: readonly unknown[] }[] = [];
let odd: { status: number; body: unknown } | undefined;

const server = http.createServer((request, response) => {
  const url = new URL(request.url ?? '', 'http://127.0.0.1');
  const keys = [request.headers['dd-api-key'], request.headers['dd-application-key']];
  seen.push({ url, keys });
  const answer = (status: number, body: unknown): void =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (odd !== undefined) return answer(odd.status, odd.body);
  if (url.pathname !== '/api/v1/query') return answer(404, { errors: ['Not found'] });
  if (keys.join() !== Object.values(KEYS).join()) return answer(403, { errors: ['Forbidden'] });
  const [query, from, to] = ['query', 'from', 'to'].map((name) => url.searchParams.get(name) ?? '');
  const [start, end] = [Number(from) * 1000, Number(to) * 1000];
  if (!/\{.*\}/.test(query ?? '')) return answer(400, { errors: [`Error parsing query: ${query ?? ''}`] });
  const periods = Math.floor((end - start) / 1000 / interval);
  const series = (METRICS[query ?? ''] ?? []).map(({ scope, value }) => ({
    aggr: 'avg',
    display_name: 'shop',
    end: end - 1,
    expression: query ?? '',
    interval,
    length: periods,
    metric: 'shop',
    pointlist: Array.from({ length: periods }, (_, index): [number, number | null] => [
      start + index * interval * 1000,
      value(index),
    ]),
    query_index: 0,
    scope,
    start,
    tag_set: scope === '*' ? [] : [scope],
    unit: [{ family: 'bytes', name: 'byte', plural: 'bytes', scale_factor: 1, short_name: 'B' }, null],
  }));
  answer(
    200,
    Documented.parse({
      from_date: start,
      group_by: [],
      message: '',
      query,
      res_type: 'time_series',
      series,
      status: 'ok',
      to_date: end,
    }),
  );
});
let url = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  [seen, odd, interval] = [[], undefined, 60];
});

function ask(check: object, env: NodeJS.ProcessEnv = KEYS) {
  const source = MetricSource.parse({ adapter: 'datadog', url });
  const reader = openMetricSource(source, { env, signal: undefined, target: {} });
  const parsed = MetricCheck.parse({ id: 'number-holds', title: 'It', kind: 'gauge', ...check });
  return evaluateMetric(reader, { name: 'datadog', source }, parsed);
}
const most = (limit: number) => ({ limits: { critical: { atMost: limit } } });

describe('Datadog', () => {
  test('a gauge, series by series, with both keys and whole periods', async () => {
    expect(await ask({ of: 'avg:shop.memory{*}', ...most(100) })).toMatchObject({
      outcome: 'pass',
      measured: 100,
      sampleSize: 5,
    });
    const [question] = seen;
    expect(question?.keys).toEqual(Object.values(KEYS));
    const [from, to] = ['from', 'to'].map((name) => Number(question?.url.searchParams.get(name)));
    expect([(from ?? 1) % 60, (to ?? 1) % 60, (to ?? 0) - (from ?? 0)]).toEqual([0, 0, 300]);
    const byHost = await ask({ of: 'avg:shop.memory{*} by {host}', over: 'max', ...most(103) });
    expect(byHost).toMatchObject({ outcome: 'fail', measured: 104 });
    expect(byHost.summary).toContain('host:b');
    expect(
      await ask({
        kind: 'trend',
        windowS: 600,
        per: 'minute',
        of: 'avg:shop.memory{*} by {host}',
        ...most(0.5),
      }),
    ).toMatchObject({
      outcome: 'fail',
      measured: 1,
    });
  });

  test('a count, in which an empty period is zero only where the plan says so', async () => {
    const errors = { kind: 'count', of: 'sum:shop.errors{*}.as_count()' };
    expect(await ask({ ...errors, ...most(2) })).toMatchObject({ outcome: 'fail', measured: 3 });
    expect(await ask({ ...errors, ...most(3) })).toMatchObject({ outcome: 'unknown', cause: 'gaps' });
    expect(await ask({ ...errors, absent: 'zero', ...most(3) })).toMatchObject({
      outcome: 'pass',
      measured: 3,
    });
  });

  test('growth, from the value before the window on', async () => {
    const restarts = { kind: 'increase', of: 'max:shop.restarts{*}' };
    expect(await ask({ ...restarts, ...most(0) })).toMatchObject({ outcome: 'fail', measured: 1 });
    expect(await ask({ ...restarts, ...most(1) })).toMatchObject({ outcome: 'pass', sampleSize: 5 });
    const [from, to] = ['from', 'to'].map((name) => Number(seen[0]?.url.searchParams.get(name)));
    expect((to ?? 0) - (from ?? 0)).toBe(360);
  });

  test('periods that Datadog chose finer hide no gap', async () => {
    interval = 20;
    expect(await ask({ of: 'avg:shop.memory{*}', ...most(100) })).toMatchObject({
      outcome: 'pass',
      sampleSize: 15,
    });
    expect(await ask({ of: 'sum:shop.gaps{*}', ...most(100) })).toMatchObject({ outcome: 'unknown' });
  });

  test('what it never had is unknown, and zero only with a witness', async () => {
    const none = { kind: 'count', of: 'sum:shop.throttled{*}.as_count()', ...most(0) };
    expect(await ask(none)).toMatchObject({ outcome: 'unknown', cause: 'no-series' });
    expect(await ask({ ...none, absent: 'zero' })).toMatchObject({
      outcome: 'unknown',
      cause: 'no-such-series',
    });
    expect(await ask({ ...none, absent: 'zero', present: 'avg:shop.memory{*}' })).toMatchObject({
      outcome: 'pass',
      measured: 0,
    });
  });

  test.each([
    [
      'keys that it does not know',
      { DD_API_KEY: 'api-key-1', DD_APP_KEY: 'another' },
      undefined,
      '403: Forbidden',
    ],
    ['a query that it cannot read', KEYS, undefined, '400: Error parsing query'],
    ['too many questions', KEYS, { status: 429, body: { errors: ['Rate limit exceeded'] } }, '429'],
    [
      'an answer that says error',
      KEYS,
      { status: 200, body: { status: 'error', error: 'No such function', series: [] } },
      'No such function',
    ],
    ['something else', KEYS, { status: 200, body: { hello: 'world' } }, 'none of Datadog'],
    ['an outage', KEYS, { status: 503, body: {} }, '503'],
  ])('%s: unknown, and named', async (what, env, given, part) => {
    odd = given;
    const of = what.includes('cannot read') ? 'avg:shop' : 'avg:shop.memory{*}';
    const finding = await ask({ of, absent: 'zero', ...most(100) }, env);
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'metrics-unavailable' });
    expect(finding.summary).toContain(part);
    expect(JSON.stringify(finding)).not.toContain('-key-1');
  });

  test('the site says the address', () => {
    expect(MetricSource.parse({ adapter: 'datadog', site: 'us5.datadoghq.com' })).toMatchObject({
      apiKey: { secret: 'DD_API_KEY' },
      applicationKey: { secret: 'DD_APP_KEY' },
    });
    expect(MetricSource.safeParse({ adapter: 'datadog', site: 'https://api.datadoghq.eu' }).success).toBe(
      false,
    );
  });
});
