import type {
  GetMetricDataCommandInput,
  GetMetricDataCommandOutput,
  MetricDataResult,
} from '@aws-sdk/client-cloudwatch';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { Slo } from '../../../../contract/slo/slo.ts';
import { type CloudWatchStore, readCloudWatch } from '../../../../slo/sources/cloudwatch.ts';
import { evaluateSlo, openMetrics } from '../../../../slo/evaluate-slo.ts';
import { periodReadings } from '../../../../slo/period-readings.ts';

// No account of AWS is here: this is a stand-in that answers in the shapes that AWS documents, held against the types of
// its client.
type Objective = z.input<typeof Slo>['objectives'][number];
const END_S = 1_700_000_040 - (1_700_000_040 % 60);
const common = { id: 'level-holds', title: 'The level holds', windowS: 300, minimumEvents: 50 } as const;
const errors: Objective = {
  ...common,
  kind: 'error-rate',
  bad: 'AWS/Lambda/Errors{FunctionName="shop"}',
  total: 'AWS/Lambda/Invocations{FunctionName="shop"}',
  atMost: { critical: 0.05 },
};
const latency: Objective = {
  ...common,
  kind: 'latency',
  histogram: 'AWS/ApiGateway/Latency{ApiName="shop"}',
  underS: 0.5,
  unit: 'ms',
  atLeast: { critical: 0.95 },
};
const unknown = (cause: string) => ({ outcome: 'unknown', cause });

describe('CloudWatch', () => {
  type Series = readonly (number | undefined)[];
  /** Five minutes, oldest first; an undefined one has no value. */
  function result(Id: string, series: Series, more: MetricDataResult = {}): MetricDataResult {
    const seen = series.flatMap((value, index) =>
      value === undefined ? [] : [[new Date((END_S - (series.length - index) * 60) * 1000), value] as const],
    );
    return {
      Id,
      Label: Id,
      Timestamps: seen.map(([time]) => time),
      Values: seen.map(([, value]) => value),
      StatusCode: 'Complete',
      ...more,
    };
  }
  const output = (
    results: MetricDataResult[],
    more: Partial<GetMetricDataCommandOutput> = {},
  ): GetMetricDataCommandOutput => ({
    $metadata: {},
    MetricDataResults: results,
    Messages: [],
    ...more,
  });
  const five = (value: number): Series => Array<number>(5).fill(value);
  const healthy = [result('alive', five(100)), result('total', five(100)), result('part', five(1))];

  async function evaluate(
    answers: GetMetricDataCommandOutput | GetMetricDataCommandOutput[] | Error,
    objective: Objective = errors,
    listed = true,
  ) {
    const asked: GetMetricDataCommandInput[] = [];
    const pages = [answers].flat();
    const store: CloudWatchStore = {
      data: (input) => {
        asked.push(input);
        const answer = pages[asked.length - 1] ?? pages.at(-1);
        return answer instanceof Error || answer === undefined
          ? Promise.reject(answer ?? new Error('no answer'))
          : Promise.resolve(answer);
      },
      // What was ever written: errors of another function than the one that is asked about.
      list: ({ Dimensions = [] }) =>
        Promise.resolve({
          $metadata: {},
          Metrics:
            listed && Dimensions.every(({ Value = 'cart' }) => Value === 'cart')
              ? [{ MetricName: 'Errors' }]
              : [],
        }),
    };
    const slo = Slo.parse({
      source: { adapter: 'cloudwatch', region: 'eu-central-1' },
      up: 'AWS/Lambda/Invocations{FunctionName="shop"}',
      scrapeS: 60,
      objectives: [objective],
    });
    const [only] = slo.objectives;
    if (only === undefined) throw new Error('no objective');
    const finding = await evaluateSlo(
      async (...of) => periodReadings(...of, await readCloudWatch(store, ...of, END_S)),
      slo,
      only,
    );
    return { finding, asked };
  }

  test('asks for numerator, denominator and life apart, in whole periods', async () => {
    const { asked } = await evaluate(output(healthy));
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      StartTime: new Date((END_S - 300) * 1000),
      EndTime: new Date(END_S * 1000),
      MetricDataQueries: [
        { Id: 'alive', MetricStat: { Stat: 'SampleCount', Period: 60 } },
        {
          Id: 'total',
          MetricStat: {
            Stat: 'Sum',
            Metric: {
              Namespace: 'AWS/Lambda',
              MetricName: 'Invocations',
              Dimensions: [{ Name: 'FunctionName', Value: 'shop' }],
            },
          },
        },
        { Id: 'part', MetricStat: { Stat: 'Sum', Metric: { MetricName: 'Errors' } } },
      ],
    });
  });

  test('no errors of a name that was never written are not taken for none', async () => {
    const none = output([...healthy.slice(0, 2), result('part', [])]);
    expect((await evaluate(none)).finding).toMatchObject({ outcome: 'pass' });
    const mistyped = { ...errors, bad: 'AWS/Lambda/Errors{FunctionName="shpo"}' };
    expect((await evaluate(none, mistyped)).finding).toMatchObject({
      outcome: 'unknown',
      cause: 'no-such-series',
    });
  });

  test('errors of another function than the total is of prove nothing', async () => {
    const none = output([...healthy.slice(0, 2), result('part', [])]);
    const cart = { ...errors, bad: 'AWS/Lambda/Errors{FunctionName="cart"}' };
    expect((await evaluate(none, cart)).finding).toMatchObject(unknown('no-such-series'));
  });

  test('passes and fails', async () => {
    expect((await evaluate(output(healthy))).finding).toMatchObject({ outcome: 'pass', measured: 0.01 });
    const failing = output([...healthy.slice(0, 2), result('part', [0, 0, 0, 30, 30])]);
    expect((await evaluate(failing)).finding).toMatchObject({ outcome: 'fail', cause: 'error-rate' });
  });

  test('a latency is the percentage up to the boundary, weighted by how many there were', async () => {
    const of = (percentages: Series) =>
      evaluate(
        output([
          result('alive', five(1)),
          result('total', [10, 10, 10, 10, 960]),
          result('part', percentages),
        ]),
        latency,
      );
    const { finding, asked } = await of([0, 0, 0, 0, 100]);
    expect(finding).toMatchObject({ outcome: 'pass', measured: 0.96, sampleSize: 1000 });
    expect(asked[0]?.MetricDataQueries?.map(({ MetricStat }) => MetricStat?.Stat)).toEqual([
      'SampleCount',
      'SampleCount',
      'PR(:500)',
    ]);
    expect((await of([100, 100, 100, 100, 90])).finding).toMatchObject({ outcome: 'fail', cause: 'latency' });
    // CloudWatch has no percentages of values that were sent as sums.
    expect((await of([100, undefined, 100, 100, 100])).finding).toMatchObject(unknown('metrics-incomplete'));
    expect((await of([])).finding).toMatchObject(unknown('metrics-incomplete'));
  });

  test('no errors at all is none only where such a metric was ever written', async () => {
    const none = output([...healthy.slice(0, 2), result('part', [])]);
    expect((await evaluate(none)).finding).toMatchObject({ outcome: 'pass', measured: 0 });
    expect((await evaluate(none, errors, false)).finding).toMatchObject(unknown('no-such-series'));
  });

  test.each<[string, GetMetricDataCommandOutput | Error, string]>([
    [
      'partial data',
      output([result('alive', five(100)), result('total', five(100), { StatusCode: 'PartialData' })]),
      'metrics-incomplete',
    ],
    [
      'a metric that may not be read',
      output([...healthy.slice(0, 2), { Id: 'part', StatusCode: 'Forbidden' }]),
      'metrics-incomplete',
    ],
    ['an internal error', output([{ Id: 'total', StatusCode: 'InternalError' }]), 'metrics-incomplete'],
    [
      'a message beside the data',
      output(healthy, { Messages: [{ Code: 'ArithmeticError', Value: 'division by zero' }] }),
      'metrics-incomplete',
    ],
    ['no results at all', output([]), 'metrics-incomplete'],
    [
      'empty results',
      output([result('alive', []), result('total', []), result('part', [])]),
      'target-not-scraped',
    ],
    [
      'missing periods',
      output([result('alive', [1, undefined, 1, undefined, 1]), ...healthy.slice(1)]),
      'gaps',
    ],
    [
      'old values',
      output([
        ...healthy.slice(0, 1),
        result('total', [100, ...Array<undefined>(4).fill(undefined)]),
        result('part', [1]),
      ]),
      'stale',
    ],
    [
      'no traffic',
      output([healthy[0] ?? {}, result('total', five(0)), result('part', five(0))]),
      'too-few-events',
    ],
    [
      'throttling',
      Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' }),
      'metrics-unavailable',
    ],
    [
      'wrong credentials',
      Object.assign(new Error('The security token included in the request is invalid.'), {
        name: 'UnrecognizedClientException',
      }),
      'metrics-unavailable',
    ],
  ])('%s is unknown', async (_name, answer, cause) => {
    expect((await evaluate(answer)).finding).toMatchObject(unknown(cause));
  });

  test('pages are read to their end; what is partial on the way is not', async () => {
    const first = output(
      healthy.map((one) => ({ ...one, StatusCode: 'PartialData' as const, Timestamps: [], Values: [] })),
      { NextToken: 'more' },
    );
    const { finding, asked } = await evaluate([first, output(healthy)]);
    expect(finding).toMatchObject({ outcome: 'pass' });
    expect(asked.map(({ NextToken }) => NextToken)).toEqual([undefined, 'more']);
    expect((await evaluate(first)).finding).toMatchObject(unknown('metrics-incomplete'));
  });

  test('a breach that is younger than its time is no failure yet', async () => {
    const series = (bad: Series) =>
      output([
        result('alive', Array<number>(8).fill(1)),
        result('total', Array<number>(8).fill(100)),
        result('part', bad),
      ]);
    const sustained = { ...errors, forS: 180 };
    expect((await evaluate(series([0, 0, 0, 0, 0, 0, 0, 90]), sustained)).finding).toMatchObject(
      unknown('breach-pending'),
    );
    expect((await evaluate(series(Array<number>(8).fill(50)), sustained)).finding.outcome).toBe('fail');
  });

  test('without credentials the real client gives no answer, and that is unknown', async () => {
    const before = { ...process.env };
    Object.assign(process.env, {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_CONFIG_FILE: '/dev/null',
    });
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE'])
      delete process.env[name];
    try {
      const slo = Slo.parse({
        source: { adapter: 'cloudwatch', region: 'eu-central-1' },
        up: 'AWS/Lambda/Invocations',
        scrapeS: 60,
        objectives: [errors],
      });
      const [only] = slo.objectives;
      if (only === undefined) throw new Error('no objective');
      const finding = await evaluateSlo(openMetrics(slo.source), slo, only);
      expect(finding).toMatchObject(unknown('metrics-unavailable'));
      expect(finding.summary).toContain('CredentialsProviderError');
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
    }
  });
});
