import { Unavailable } from '../../../../contract/cannot-tell.ts';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { parsePlan } from '../../../../contract/plan/plan.ts';
import { contradictsPass } from '../../../../contract/evidence/detail.ts';
import { MetricCheck } from '../../../../contract/slo/metric-check.ts';
import type { MetricSource } from '../../../../contract/slo/metric-source.ts';
import { evaluateMetric } from '../../../../slo/metrics/evaluate-metric.ts';
import type { MetricQuestion, MetricReading, SeriesReading } from '../../../../slo/metrics/metric-reading.ts';

type Input = z.input<typeof MetricCheck>;
const common = { id: 'number-holds', title: 'The number' } as const;
const PROMETHEUS: MetricSource = { adapter: 'prometheus', url: 'http://127.0.0.1:9', headers: {} };
const CLOUDWATCH: MetricSource = { adapter: 'cloudwatch', region: 'eu-central-1', delayS: 0 };
const series = (value: number, more: Partial<SeriesReading> = {}): SeriesReading => ({
  name: '',
  least: value,
  most: value,
  samples: 20,
  coverage: 1,
  ageS: 5,
  ...more,
});
type Answer = readonly SeriesReading[] | Error | Partial<MetricReading>;

/** A source that gives these answers by question; of what it does not know it has no series. */
async function judge(
  check: Input,
  answers: Readonly<Record<string, Answer>>,
  { known = false, source = PROMETHEUS }: { known?: boolean; source?: MetricSource } = {},
) {
  const parsed = MetricCheck.parse(check);
  const finding = await evaluateMetric(
    {
      read: ({ text, window }: MetricQuestion): Promise<MetricReading> => {
        const answer = answers[text] ?? [];
        if (answer instanceof Error) return Promise.reject(answer);
        const windowS = 'lastS' in window ? window.lastS : 600;
        const given = Array.isArray(answer)
          ? { series: answer as readonly SeriesReading[] }
          : (answer as Partial<MetricReading>);
        return Promise.resolve({ series: [], warnings: [], windowS, ...given });
      },
      knows: () => Promise.resolve({ known, by: known ? 'its target exports it' : 'nobody exports it' }),
    },
    { name: 'main', source },
    parsed,
  );
  // What is said to hold must not be contradicted by what is shown.
  if (finding.outcome === 'pass' && finding.detail !== undefined)
    expect(contradictsPass(finding.detail)).toBeUndefined();
  return finding;
}
const gauge = (limits: Input['limits'], more: object = {}): Input => ({
  ...common,
  kind: 'gauge',
  of: 'g',
  limits,
  ...more,
});
const count = (limits: Input['limits'], more: object = {}): Input => ({
  ...common,
  kind: 'count',
  of: 'c',
  limits,
  ...more,
});

describe('levels', () => {
  const limits = { warning: { atMost: 0.5 }, critical: { atMost: 1 }, rollback: { atMost: 2 } };
  test.each([
    [0.4, 'pass', undefined],
    [0.5, 'pass', undefined],
    [0.6, 'pass', 'warning-level'],
    [1.5, 'fail', 'critical-level'],
    [2.5, 'fail', 'rollback-level'],
  ])('%d is %s, %s', async (value, outcome, cause) => {
    const finding = await judge(gauge(limits), { g: [series(value)] });
    expect(finding).toMatchObject({ outcome, measured: value });
    expect(finding.cause).toBe(cause);
  });

  test('one number may be all three levels', async () => {
    const two = { atMost: 2 };
    const all = gauge({ warning: two, critical: two, rollback: two }, { unit: 's' });
    expect(await judge(all, { g: [series(2)] })).toMatchObject({ outcome: 'pass' });
    expect(await judge(all, { g: [series(2.01)] })).toMatchObject({
      outcome: 'fail',
      cause: 'rollback-level',
      summary: 'The number: 2.01 s: beyond the levels warning (<= 2), critical (<= 2), rollback (<= 2)',
      expected: '<= 2',
      unit: 's',
    });
  });

  test('a warning alone never fails, and is told', async () => {
    const finding = await judge(gauge({ warning: { atMost: 2 } }), { g: [series(9)] });
    expect(finding).toMatchObject({ outcome: 'pass', cause: 'warning-level' });
    expect(finding.summary).toContain('beyond the warning level (<= 2)');
  });

  test('lower limits: too few cache hits', async () => {
    const hits: Input = {
      ...common,
      kind: 'ratio',
      part: 'hits',
      total: 'lookups',
      limits: { warning: { atLeast: 0.9 }, critical: { atLeast: 0.7 } },
    };
    const of = (part: number) => judge(hits, { hits: [series(part)], lookups: [series(100)] });
    expect(await of(95)).toMatchObject({ outcome: 'pass' });
    expect(await of(80)).toMatchObject({ outcome: 'pass', cause: 'warning-level' });
    expect(await of(60)).toMatchObject({
      outcome: 'fail',
      cause: 'critical-level',
      measured: 0.6,
      expected: '>= 0.7',
    });
  });

  test('both sides: a traffic that is neither gone nor flooded', async () => {
    const limits = { critical: { atLeast: 10, atMost: 1000 } };
    const traffic: Input = { ...common, kind: 'rate', of: 'c', per: 'minute', windowS: 60, limits };
    for (const [value, outcome] of [
      [9, 'fail'],
      [10, 'pass'],
      [1000, 'pass'],
      [1001, 'fail'],
    ] as const)
      expect(await judge(traffic, { c: [series(value)] })).toMatchObject({ outcome });
  });
});

describe('several series', () => {
  const limits = { critical: { atMost: 90 } };
  test('of a gauge each is judged, and the worst is named', async () => {
    const finding = await judge(gauge(limits), {
      g: [series(10, { name: 'pod="a"' }), series(95, { name: 'pod="b"' }), series(99, { name: 'pod="c"' })],
    });
    expect(finding).toMatchObject({ outcome: 'fail', measured: 99 });
    expect(finding.summary).toContain('pod="c"');
    expect(finding.summary).toContain('1 more series');
  });
  test.each([
    ['sum', 105, 'fail'],
    ['avg', 52.5, 'pass'],
    ['max', 95, 'fail'],
    ['min', 10, 'pass'],
  ] as const)('together by %s', async (across, value, outcome) => {
    const finding = await judge(gauge(limits, { across }), { g: [series(10), series(95)] });
    expect(finding).toMatchObject({ outcome, measured: value });
  });
  test('events are added up', async () => {
    expect(await judge(count({ critical: { atMost: 5 } }), { c: [series(3), series(3)] })).toMatchObject({
      outcome: 'fail',
      measured: 6,
    });
  });
  test('a series that has ended says nothing about now, while others go on', async () => {
    const ended = { name: 'pod="old"', least: 99, most: 99, samples: 3, coverage: 0.2 };
    expect(await judge(gauge(limits), { g: [ended, series(10)] })).toMatchObject({ outcome: 'pass' });
    expect(await judge(gauge(limits), { g: [ended] })).toMatchObject({ outcome: 'unknown', cause: 'stale' });
  });
});

describe('absence', () => {
  const throttled = count({ critical: { atMost: 0 } }, { absent: 'zero' });
  test('is unknown, unless the plan says that it means zero', async () => {
    expect(await judge(count({ critical: { atMost: 0 } }), {})).toMatchObject({
      outcome: 'unknown',
      cause: 'no-series',
    });
  });
  test('means zero where the source shows that it knows the metric', async () => {
    const finding = await judge(throttled, {}, { known: true });
    expect(finding).toMatchObject({ outcome: 'pass', measured: 0, sampleSize: 1 });
    expect(finding.summary).toContain('its target exports it');
  });
  test('is unknown for ever of a name that nobody knows', async () => {
    expect(await judge(throttled, {})).toMatchObject({ outcome: 'unknown', cause: 'no-such-series' });
  });
  test('is shown by a witness that has a value now', async () => {
    const witnessed = { ...throttled, present: 'w' };
    expect(await judge(witnessed, { w: [series(7)] })).toMatchObject({ outcome: 'pass', measured: 0 });
    expect(await judge(witnessed, { w: [] }, { known: true })).toMatchObject({
      outcome: 'unknown',
      cause: 'no-such-series',
    });
    expect(await judge(witnessed, { w: [series(7, { ageS: 500 })] })).toMatchObject({ outcome: 'unknown' });
    expect(await judge(witnessed, { w: { series: [series(7)], warnings: ['half of it'] } })).toMatchObject({
      outcome: 'unknown',
    });
  });
  test('is not shown by a target that is watched and does not answer', async () => {
    for (const present of ['up{job="shop"}', 'sum(up{job="shop"})']) {
      const witnessed = { ...throttled, present };
      const of = (value: number) => judge(witnessed, { [present]: [series(value)] });
      expect(await of(0)).toMatchObject({ outcome: 'unknown', cause: 'no-such-series' });
      // Down for half of the window: what happened then is not known.
      expect(await of(0.5)).toMatchObject({ outcome: 'unknown' });
      expect(await of(1)).toMatchObject({ outcome: 'pass', measured: 0 });
    }
    const other = { ...throttled, present: 'jobs_waiting{job="shop"}' };
    expect(await judge(other, { [other.present]: [series(0)] })).toMatchObject({ outcome: 'pass' });
  });
  test('never of a source that gives no answer', async () => {
    const away = new Unavailable('no answer', 'see the address');
    const expected = { outcome: 'unknown', cause: 'metrics-unavailable', remedy: 'see the address' };
    expect(await judge(throttled, { c: away }, { known: true })).toMatchObject(expected);
    expect(await judge({ ...throttled, present: 'w' }, { w: away })).toMatchObject(expected);
  });
  test('of a part is zero of a whole that is there, and never the other way', async () => {
    const errors: Input = {
      ...common,
      kind: 'ratio',
      part: 'p',
      total: 't',
      absent: 'zero',
      limits: { critical: { atMost: 0.01 } },
    };
    expect(await judge(errors, { t: [series(500)] }, { known: true })).toMatchObject({
      outcome: 'pass',
      measured: 0,
    });
    expect(await judge(errors, { p: [series(1)] }, { known: true })).toMatchObject({
      outcome: 'unknown',
      cause: 'no-series',
    });
  });
});

describe('too little', () => {
  const payments = (limits: Input['limits']): Input => ({
    ...common,
    kind: 'ratio',
    part: 'p',
    total: 't',
    limits,
    minimumTotal: 20,
  });
  test('of a ratio is unknown, in both directions', async () => {
    const one = payments({ critical: { atMost: 0.1 } });
    expect(await judge(one, { p: [series(0)], t: [series(5)] })).toMatchObject({
      outcome: 'unknown',
      cause: 'too-few-events',
    });
    expect(await judge(one, { p: [series(1)], t: [series(5)] })).toMatchObject({ outcome: 'unknown' });
    expect(await judge(one, { p: [series(0)], t: [series(0)] })).toMatchObject({
      outcome: 'unknown',
      cause: 'not-a-number',
    });
  });
  test('is enough where good ones could not change it: any payment error', async () => {
    const none = payments({ rollback: { atMost: 0 } });
    expect(await judge(none, { p: [series(1)], t: [series(2)] })).toMatchObject({
      outcome: 'fail',
      cause: 'rollback-level',
    });
    expect(await judge(none, { p: [series(0)], t: [series(2)] })).toMatchObject({ outcome: 'unknown' });
    const most = payments({ critical: { atLeast: 0.9 } });
    expect(await judge(most, { p: [series(2)], t: [series(6)] })).toMatchObject({ outcome: 'fail' });
    expect(await judge(most, { p: [series(5)], t: [series(6)] })).toMatchObject({ outcome: 'unknown' });
  });
  test('one error counts whatever was not seen, and none does not', async () => {
    const gaps = { coverage: 0.3 };
    expect(await judge(count({ rollback: { atMost: 0 } }), { c: [series(1, gaps)] })).toMatchObject({
      outcome: 'fail',
    });
    expect(await judge(count({ rollback: { atMost: 0 } }), { c: [series(0, gaps)] })).toMatchObject({
      outcome: 'unknown',
      cause: 'gaps',
    });
    // Fewer than wanted may be ours: the rest of them was not seen.
    expect(await judge(count({ critical: { atLeast: 10 } }), { c: [series(1, gaps)] })).toMatchObject({
      outcome: 'unknown',
    });
  });
  test('gaps, old values, partial answers and no numbers say nothing about a gauge, however bad', async () => {
    const limits = { critical: { atMost: 1 } };
    const unknown = (cause: string) => ({ outcome: 'unknown', cause });
    expect(await judge(gauge(limits), { g: [series(9, { coverage: 0.5 })] })).toMatchObject(unknown('gaps'));
    expect(await judge(gauge(limits), { g: [series(9, { ageS: 60 })] })).toMatchObject(unknown('stale'));
    expect(await judge(gauge(limits), { g: [series(NaN)] })).toMatchObject(unknown('not-a-number'));
    expect(
      await judge(gauge(limits), { g: { series: [series(9)], warnings: ['one store is away'] } }),
    ).toMatchObject(unknown('metrics-incomplete'));
  });
  test('a trend through a few values is unknown, however steep or flat', async () => {
    const trend: Input = {
      ...common,
      kind: 'trend',
      of: 'g',
      since: '2026-01-01T00:00:00Z',
      limits: { critical: { atMost: 1 } },
    };
    for (const [value, samples, outcome] of [
      [9, 2, 'unknown'],
      [0, 2, 'unknown'],
      [9, 10, 'fail'],
      [0, 10, 'pass'],
    ] as const)
      expect(await judge(trend, { g: [series(value, { samples })] })).toMatchObject({ outcome });
  });
  test('a number that lies between two decides only where both say the same', async () => {
    const between = { c: [series(0, { most: 5 })] };
    expect(await judge(count({ critical: { atMost: 5 } }), between)).toMatchObject({ outcome: 'pass' });
    expect(await judge(count({ critical: { atMost: 4 } }), between)).toMatchObject({
      outcome: 'unknown',
      cause: 'gaps',
    });
  });
  test('periods without a value are zero only where the plan says so', async () => {
    const few = { c: [series(0, { coverage: 0.2 })] };
    const limits = { critical: { atMost: 0 } };
    expect(await judge(count(limits), few, { source: CLOUDWATCH })).toMatchObject({ outcome: 'unknown' });
    expect(await judge(count(limits, { absent: 'zero' }), few, { source: CLOUDWATCH })).toMatchObject({
      outcome: 'pass',
    });
  });
  test('after its last value an agent may have died: only a witness that is alive makes the rest zero', async () => {
    const source = CLOUDWATCH;
    const once = series(0, { coverage: 0.2, ageS: 240, samples: 1 });
    const zero = count({ critical: { atMost: 0 } }, { absent: 'zero' });
    const stale = { outcome: 'unknown', cause: 'stale' };
    expect(await judge(zero, { c: [once] }, { source, known: true })).toMatchObject(stale);
    const witnessed = { ...zero, present: 'w' };
    const by = (w: readonly SeriesReading[]) => judge(witnessed, { c: [once], w }, { source });
    expect(await by([])).toMatchObject(stale);
    expect(await by([once])).toMatchObject(stale);
    expect(await by([series(7, { coverage: 0.5 })])).toMatchObject(stale);
    expect(await by([series(7)])).toMatchObject({ outcome: 'pass', measured: 0, sampleSize: 1 });
    // An error that was seen is one, whoever has died since.
    const error = { ...once, least: 1, most: 1 };
    expect(await judge(witnessed, { c: [error] }, { source })).toMatchObject({ outcome: 'fail' });
  });
  test('the whole of a ratio is no more alive than its part', async () => {
    const errors: Input = {
      ...common,
      kind: 'ratio',
      part: 'p',
      total: 't',
      absent: 'zero',
      present: 'w',
      limits: { critical: { atMost: 0.01 } },
    };
    const t = [series(500, { coverage: 0.2, ageS: 240 })];
    const of = (w: readonly SeriesReading[]) => judge(errors, { t, w }, { source: CLOUDWATCH });
    expect(await of([series(7, { ageS: 240 })])).toMatchObject({ outcome: 'unknown' });
    expect(await of([series(7)])).toMatchObject({ outcome: 'pass' });
    const { present: _present, ...alone } = errors;
    expect(await judge(alone, { t, p: [series(1)] }, { source: CLOUDWATCH })).toMatchObject({
      outcome: 'unknown',
      cause: 'stale',
    });
  });
});

test('what a plan says that cannot be asked is refused with all its problems', () => {
  const metrics = {
    sources: {
      main: { adapter: 'prometheus', url: 'http://127.0.0.1:9' },
      aws: { adapter: 'cloudwatch', region: 'eu-central-1' },
      db: { adapter: 'sql', database: 'main' },
      web: { adapter: 'http-json', url: 'http://127.0.0.1:9' },
    },
    checks: [
      count({ critical: { atMost: 1 } }, { id: 'no-source' }),
      count({ critical: { atMost: 1 } }, { id: 'other-source', source: 'elsewhere' }),
      count({ critical: { atMost: 1 } }, { id: 'expression', source: 'main', of: 'sum(c)' }),
      gauge({ critical: { atMost: 1 } }, { id: 'too-short', source: 'main', windowS: 30 }),
      gauge({ critical: { atMost: 1 } }, { id: 'no-metric', source: 'aws', of: 'latency' }),
      {
        ...count({ critical: { atMost: 1 } }, { id: 'no-counters', source: 'aws', of: 'A/B' }),
        kind: 'increase',
      },
      gauge({ critical: { atMost: 1 } }, { id: 'writes', source: 'db', of: 'delete from orders' }),
      gauge({ critical: { atMost: 1 } }, { id: 'no-place', source: 'web', of: '/budget' }),
      gauge({ critical: { atMost: 1 } }, { id: 'no-form', source: 'web', of: '/budget?from={since:x}#/a' }),
      gauge({ critical: { atMost: 1 } }, { id: 'no-absence', source: 'main', present: 'up' }),
      gauge({ critical: { atMost: 1 } }, { id: 'no-statistic', source: 'main', statistic: 'p99' }),
    ],
  };
  let text = '';
  try {
    parsePlan({ target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' } }, metrics });
  } catch (error) {
    text = JSON.stringify((error as { problems: unknown }).problems);
  }
  for (const part of [
    'does not say which of 4 sources',
    'is no name in metrics.sources',
    'must be a counter as it is scraped',
    'is too short for an answer',
    'names no metric of CloudWatch',
    'cannot be asked of cloudwatch',
    'must begin with select or with',
    'names no place in a document',
    'which is no form of {since}',
    'is asked only where absence means zero',
    'is for CloudWatch only',
    'is no name in target.databases',
  ])
    expect(text).toContain(part);
});

test.each([
  [{}, 'without a limit nothing can be wrong'],
  [{ critical: {} }, 'must hold atMost'],
  [{ critical: { atMost: 1, atLeast: 2 } }, 'nothing could hold both'],
  [{ warning: { atMost: 3 }, critical: { atMost: 2 } }, 'must not be reached before that of warning'],
  [{ critical: { atLeast: 1 }, rollback: { atLeast: 2 } }, 'must not be reached before that of critical'],
])('limits %j are refused', (limits, why) => {
  expect(JSON.stringify(MetricCheck.safeParse(gauge(limits)).error?.issues)).toContain(why);
});
