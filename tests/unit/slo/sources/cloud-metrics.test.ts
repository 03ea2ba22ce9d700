import type { GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { describe, expect, test } from 'vitest';
import { MetricCheck } from '../../../../contract/slo/metric-check.ts';
import type { MetricSource } from '../../../../contract/slo/metric-source.ts';
import { evaluateMetric } from '../../../../slo/metrics/evaluate-metric.ts';
import type { CloudWatchStore } from '../../../../slo/sources/cloudwatch.ts';
import { cloudWatchMetric } from '../../../../slo/sources/cloudwatch-metric.ts';
import { openMetricSource } from '../../../../slo/sources/metric-sources.ts';
import { startAzure, table } from '../azure-stand-in.ts';

const checkOf = (check: object) =>
  MetricCheck.parse({
    id: 'number-holds',
    title: 'It',
    kind: 'count',
    limits: { critical: { atMost: 0 } },
    ...check,
  });

describe('CloudWatch', () => {
  const source = { adapter: 'cloudwatch', region: 'eu-central-1', delayS: 120 } as const;
  const THROTTLED = 'AWS/DynamoDB/ThrottledRequests{TableName="orders"}';
  const CAPACITY = 'AWS/DynamoDB/ConsumedWriteCapacityUnits{TableName="orders"}';

  /** An account in which these metrics of the table have a value in each period, and these were listed. */
  async function ask(
    check: object,
    {
      values = {},
      until = Infinity,
      partial = false,
    }: { values?: Record<string, number>; until?: number; partial?: boolean },
  ) {
    const asked: GetMetricDataCommandInput[] = [];
    const store: CloudWatchStore = {
      data: (input) => {
        asked.push(input);
        const [query] = input.MetricDataQueries ?? [];
        const value = values[query?.MetricStat?.Metric?.MetricName ?? ''];
        const [start, end] = [input.StartTime?.getTime() ?? 0, input.EndTime?.getTime() ?? 0];
        const step = (query?.MetricStat?.Period ?? 60) * 1000;
        const times =
          value === undefined
            ? []
            : Array.from(
                { length: Math.min(until, (end - start) / step) },
                (_, index) => new Date(start + index * step),
              );
        return Promise.resolve({
          $metadata: {},
          Messages: [],
          MetricDataResults: [
            {
              Id: 'value',
              Timestamps: times,
              Values: times.map(() => value ?? 0),
              StatusCode: partial ? 'PartialData' : 'Complete',
            },
          ],
        });
      },
      list: () => Promise.reject(new Error('it is not asked for a list')),
    };
    const finding = await evaluateMetric(
      cloudWatchMetric(() => Promise.resolve(store), source.delayS),
      { name: 'aws', source },
      checkOf(check),
    );
    return { finding, statistic: asked[0]?.MetricDataQueries?.[0]?.MetricStat?.Stat };
  }

  test('events are summed, values are averaged, and a percentile is asked as it is', async () => {
    const throttled = await ask({ of: THROTTLED }, { values: { ThrottledRequests: 2 } });
    expect(throttled).toMatchObject({ statistic: 'Sum', finding: { outcome: 'fail', measured: 10 } });
    const p99 = {
      kind: 'gauge',
      of: 'AWS/ApiGateway/Latency{ApiName="shop"}',
      statistic: 'p99',
      limits: { critical: { atMost: 500 } },
    };
    expect(await ask(p99, { values: { Latency: 499 } })).toMatchObject({
      statistic: 'p99',
      finding: { outcome: 'pass' },
    });
    expect(await ask(p99, { values: { Latency: 501 } })).toMatchObject({ finding: { outcome: 'fail' } });
    expect(
      await ask({ ...p99, statistic: undefined, over: 'max' }, { values: { Latency: 1 } }),
    ).toMatchObject({ statistic: 'Maximum' });
  });

  test('a table that was never throttled: unknown, or zero while what the plan names has values', async () => {
    const zero = { of: THROTTLED, absent: 'zero' };
    const outcome = async (...args: Parameters<typeof ask>) => (await ask(...args)).finding;
    expect(await outcome({ of: THROTTLED }, {})).toMatchObject({ cause: 'no-series' });
    expect(await outcome(zero, {})).toMatchObject({ outcome: 'unknown', cause: 'no-such-series' });
    const witnessed = { ...zero, present: CAPACITY };
    expect(await outcome(witnessed, { values: { ConsumedWriteCapacityUnits: 4 } })).toMatchObject({
      outcome: 'pass',
      measured: 0,
    });
    expect(await outcome(witnessed, {})).toMatchObject({ outcome: 'unknown', cause: 'no-such-series' });
    const dies = { values: { ConsumedWriteCapacityUnits: 4 }, until: 1 };
    expect(await outcome(witnessed, dies)).toMatchObject({ outcome: 'unknown', cause: 'no-such-series' });
    expect(await outcome(zero, { partial: true })).toMatchObject({
      outcome: 'unknown',
      cause: 'metrics-incomplete',
    });
  });

  test('minutes after a cut-over there is no whole period yet', async () => {
    const since = new Date(Date.now() - 30_000).toISOString();
    expect((await ask({ of: THROTTLED, since }, {})).finding).toMatchObject({
      outcome: 'unknown',
      cause: 'metrics-unavailable',
    });
  });
});

describe('Azure', () => {
  /** Each question gives one value for each minute of the span that is sent beside it. */
  async function ask(check: object, valueOf: (query: string) => number | undefined, status = 200) {
    const azure = await startAzure(({ body: { query, timespan } }) => {
      if (status !== 200) return { status, body: { error: { code: 'Refused', message: 'no right' } } };
      const [from = 0, to = 0] = (timespan ?? '').split('/').map((at) => Date.parse(at));
      const value = valueOf(query);
      const rows: [string, number][] = [];
      for (let at = from; value !== undefined && at < Math.min(to, from + 3_600_000); at += 60_000)
        rows.push([new Date(at).toISOString(), value]);
      return table(rows);
    });
    try {
      const source: MetricSource = {
        adapter: 'azure-logs',
        workspace: 'b1a2',
        token: 'azure-token',
        url: azure.url,
        delayS: 120,
      };
      const reader = openMetricSource(source, { env: {}, signal: undefined, target: {} });
      const finding = await evaluateMetric(reader, { name: 'azure', source }, checkOf(check));
      return { finding, asked: azure.requests.map(({ body }) => body.query) };
    } finally {
      await azure.close();
    }
  }
  const of = 'AppExceptions{AppRoleName="shop"}';

  test('rows are counted as often as they stand for, and a query of the plan is asked as it is', async () => {
    const counted = await ask({ of }, () => 2);
    expect(counted.finding).toMatchObject({ outcome: 'fail', measured: 10 });
    expect(counted.asked[0]).toContain('sum(ItemCount)');
    const kql =
      'AppRequests | summarize value = percentile(DurationMs, 95) by start = bin(TimeGenerated, 60s)';
    const p95 = { kind: 'gauge', of: kql, limits: { critical: { atMost: 500 } } };
    expect(await ask(p95, () => 499)).toMatchObject({
      finding: { outcome: 'pass', measured: 499 },
      asked: [kql],
    });
    expect(await ask(p95, () => 501)).toMatchObject({ finding: { outcome: 'fail' } });
  });

  test('no row is zero only with a witness that has rows now', async () => {
    const zero = { of, absent: 'zero' };
    expect((await ask(zero, () => undefined)).finding).toMatchObject({
      outcome: 'unknown',
      cause: 'no-such-series',
    });
    const present = 'AppPerformanceCounters{AppRoleName="shop"}';
    const watched = await ask({ ...zero, present }, (query) =>
      query.startsWith('AppPerformance') ? 1 : undefined,
    );
    expect(watched.finding).toMatchObject({ outcome: 'pass', measured: 0 });
    const { finding, asked } = await ask({ ...zero, present }, () => undefined);
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'no-such-series' });
    expect(asked).toHaveLength(2);
  });

  test('who may not read is unknown', async () => {
    expect((await ask({ of, absent: 'zero' }, () => 1, 403)).finding).toMatchObject({
      outcome: 'unknown',
      cause: 'metrics-unavailable',
    });
  });
});
