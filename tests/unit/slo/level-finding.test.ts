import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { checksOf } from '../../../contract/plan/checks.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import type { InstantAnswer, MetricsPort } from '../../../contract/ports/metrics.ts';
import { eventsToExclude } from '../../../contract/slo/slo-events.ts';
import { Slo, type SloLevel } from '../../../contract/slo/slo.ts';
import { underCount } from '../../../slo/bucket-bounds.ts';
import { levelFinding } from '../../../slo/level-finding.ts';
import { readSlo, type SloReadings } from '../../../slo/read-slo.ts';
import { sloQueries } from '../../../slo/slo-queries.ts';

const errors = {
  id: 'errors-are-few',
  title: 'Errors are few',
  kind: 'error-rate',
  bad: 'requests_total{code=~"5.."}',
  total: 'requests_total',
  atMost: { critical: 0.05 },
} as const;
const input = {
  source: { adapter: 'prometheus', url: 'http://127.0.0.1:1' },
  up: 'up{job="shop"}',
  objectives: [errors],
} as const;

const one = (value: number): InstantAnswer => ({ samples: [{ labels: {}, value }], warnings: [] });
const nothing: InstantAnswer = { samples: [], warnings: [] };
const healthy: SloReadings = {
  total: one(1000),
  part: one(10),
  partExists: one(2),
  age: one(5),
  pushed: nothing,
  instances: one(1),
  up: one(1),
  scrapes: one(20),
  gone: nothing,
  own: null,
  layout: null,
  history: null,
};

type Objective = z.input<typeof Slo>['objectives'][number];
function judge(changes: Partial<SloReadings>, objective: Objective = errors) {
  const slo = Slo.parse({ ...input, objectives: [objective] });
  return levelFinding(slo, slo.objectives[0] as SloLevel, { ...healthy, ...changes });
}

describe('one evaluation', () => {
  test('passes with all evidence, and exactly at its limit', () => {
    expect(judge({})).toMatchObject({ outcome: 'pass', sampleSize: 1000, measured: 0.01 });
    expect(judge({ part: one(50) }).outcome).toBe('pass');
  });

  test('fails above its limit', () => {
    expect(judge({ part: one(51) })).toMatchObject({ outcome: 'fail', cause: 'error-rate' });
  });

  test.each<[string, Partial<SloReadings>, string]>([
    ['warnings', { part: { ...one(0), warnings: ['a store did not answer'] } }, 'metrics-incomplete'],
    ['NaN', { total: one(NaN) }, 'not-a-number'],
    ['an infinite part', { part: one(Infinity) }, 'not-a-number'],
    [
      'several series',
      { total: { samples: [...one(1).samples, ...one(2).samples], warnings: [] } },
      'not-a-number',
    ],
    ['no total', { total: nothing }, 'no-series'],
    ['no part of a metric that is not there', { part: nothing, partExists: nothing }, 'no-such-series'],
    ['few events', { total: one(99) }, 'too-few-events'],
    ['an old sample', { age: one(46) }, 'stale'],
    ['a sample that was pushed last month', { pushed: one(2_592_000) }, 'pushed-long-ago'],
    ['no sample now', { age: nothing }, 'no-series'],
    ['an instance that is down', { instances: one(2) }, 'target-down'],
    ['no instance', { instances: nothing }, 'target-not-scraped'],
    ['missed scrapes', { scrapes: one(17) }, 'gaps'],
    ['a window that instances share which are gone', { gone: one(3) }, 'instances-gone'],
    ['nobody knows how many are gone', { gone: one(NaN) }, 'instances-gone'],
    ['a part that is more than the total', { part: one(3000) }, 'part-exceeds-total'],
  ])('%s is unknown, never a pass', (_name, changes, cause) => {
    expect(judge(changes)).toMatchObject({ outcome: 'unknown', cause });
  });

  describe('needs as many events as its limit', () => {
    const of = (critical: number, minimumEvents?: number): Objective => ({
      ...errors,
      atMost: { critical },
      ...(minimumEvents === undefined ? {} : { minimumEvents }),
    });
    const said = (total: number, part: number, objective: Objective) =>
      judge({ total: one(total), part: one(part) }, objective);

    test('59 for 5 %, 299 for 1 %, 2995 for 0.1 %', () => {
      expect([0.05, 0.01, 0.001, 0, 1].map(eventsToExclude)).toEqual([59, 299, 2995, 1, 1]);
      expect(eventsToExclude(1 - 0.95)).toBe(59);
    });

    test('for a pass, of which 100 events are none at 0.1 %', () => {
      const few = said(2994, 0, of(0.001));
      expect(few).toMatchObject({ outcome: 'unknown', cause: 'too-few-events' });
      expect(few.summary).toContain('2995 are needed');
      expect(said(2995, 0, of(0.001)).outcome).toBe('pass');
      const share: Objective = {
        id: 'payments-succeed',
        title: 'Payments succeed',
        kind: 'business-ratio',
        good: 'payments_total{outcome="ok"}',
        total: 'payments_total',
        atLeast: { critical: 0.99 },
      };
      expect(said(298, 298, share)).toMatchObject({ outcome: 'unknown', cause: 'too-few-events' });
      expect(said(299, 299, share).outcome).toBe('pass');
    });

    test('unless the plan asks for fewer: then the pass says how many would be needed', () => {
      const pass = said(20, 0, of(0.01, 20));
      expect(pass.outcome).toBe('pass');
      expect(pass.summary).toContain('299 would be needed');
      expect(said(299, 0, of(0.01, 20)).summary).not.toContain('needed');
    });

    test('and a breach by few is one only when it is no chance', () => {
      expect(said(1, 1, of(0.05, 1))).toMatchObject({ outcome: 'unknown', cause: 'too-few-events' });
      expect(said(20, 2, of(0.05, 20))).toMatchObject({ outcome: 'unknown', cause: 'too-few-events' });
      expect(said(20, 10, of(0.05, 20))).toMatchObject({ outcome: 'fail', cause: 'error-rate' });
      // Half of 500 requests fail: that needs no 2995 of them.
      expect(said(500, 250, of(0.001))).toMatchObject({ outcome: 'fail' });
    });

    test('no floor guards a breach that chance does not explain', () => {
      expect(said(61, 60, of(0.05))).toMatchObject({ outcome: 'fail', cause: 'error-rate' });
      expect(said(15, 15, of(0.01, 500))).toMatchObject({ outcome: 'fail' });
      const paid: Objective = {
        id: 'payments-succeed',
        title: 'Payments succeed',
        kind: 'business-ratio',
        good: 'payments_total{outcome="ok"}',
        total: 'payments_total',
        atLeast: { critical: 0.95 },
      };
      expect(said(12, 1, paid)).toMatchObject({ outcome: 'fail', cause: 'business-ratio' });
      // One call that failed, and that its client repeated twice.
      expect(said(40, 3, of(0.01))).toMatchObject({ outcome: 'unknown', cause: 'too-few-events' });
      expect(said(12, 11, paid)).toMatchObject({ outcome: 'unknown', cause: 'too-few-events' });
      expect(said(1, 1, of(0.001))).toMatchObject({ outcome: 'unknown' });
      expect(said(0, 0, of(0.05))).toMatchObject({ outcome: 'unknown' });
    });
  });

  test('no part of a metric that is there is no error at all', () => {
    expect(judge({ part: nothing })).toMatchObject({ outcome: 'pass', measured: 0 });
  });
});

describe('of a level whose parts are out of joint', () => {
  const redis: Objective = {
    id: 'redis-has-memory',
    title: 'Redis has memory left',
    kind: 'saturation',
    used: { gauge: 'redis_memory_used_bytes' },
    capacity: 'redis_memory_max_bytes',
    atMost: { critical: 0.9 },
  };
  const payments: Objective = {
    id: 'payments-succeed',
    title: 'Payments succeed',
    kind: 'business-ratio',
    good: 'payments_total{outcome="ok"}',
    total: 'payments_total{job="shop"}',
    atLeast: { critical: 0.99 },
  };

  test.each([0, 5e6])(
    '%d of a capacity of 0 is neither full nor empty, and the remedy names maxmemory',
    (used) => {
      const finding = judge({ total: one(0), part: one(used) }, redis);
      expect(finding).toMatchObject({ outcome: 'unknown', cause: 'no-capacity' });
      expect(finding.remedy).toContain('maxmemory');
    },
  );

  test.each([NaN, Infinity])('a capacity of %d is none', (capacity) => {
    expect(judge({ total: one(capacity), part: one(1) }, redis)).toMatchObject({
      outcome: 'unknown',
      cause: 'not-a-number',
    });
  });

  test('not one good payment of 100 is a breach, once good ones were ever seen', () => {
    const none = { total: one(300), part: nothing };
    const finding = judge({ ...none, partExists: one(1) }, payments);
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'business-ratio', measured: 0 });
    expect(finding.summary).toContain('no series at all');
    expect(judge({ ...none, partExists: nothing }, payments)).toMatchObject({
      outcome: 'unknown',
      cause: 'no-such-series',
    });
  });

  test('one fresh sample of a gauge does not stand for the window', () => {
    const seen = { total: one(100), part: one(50) };
    expect(judge({ ...seen, own: one(1) }, redis)).toMatchObject({ outcome: 'unknown', cause: 'gaps' });
    expect(judge({ ...seen, own: nothing }, redis)).toMatchObject({ outcome: 'unknown', cause: 'gaps' });
    expect(judge({ ...seen, own: one(20) }, redis)).toMatchObject({ outcome: 'pass', sampleSize: 20 });
  });

  test('300 good payments of 100 are no 300 %; as good as all of them are', () => {
    expect(judge({ total: one(100), part: one(300) }, payments)).toMatchObject({
      outcome: 'unknown',
      cause: 'part-exceeds-total',
    });
    expect(judge({ total: one(1000), part: one(1000.4) }, payments).outcome).toBe('pass');
  });
});

test('a histogram says no more than its buckets', () => {
  const buckets = [
    { le: 0.1, count: 50 },
    { le: 0.5, count: 90 },
    { le: Infinity, count: 100 },
  ];
  expect(underCount(buckets, 0.5)).toEqual({ total: 100, least: 90, most: 90 });
  expect(underCount(buckets, 0.3)).toEqual({ total: 100, least: 50, most: 90 });
  expect(underCount(buckets, 2)).toEqual({ total: 100, least: 90, most: 100 });
  expect(underCount(buckets.slice(0, 2), 0.5)).toBeUndefined();
});

describe('histograms of two releases', () => {
  const fast: Objective = {
    id: 'answers-are-fast',
    title: 'Answers are fast',
    kind: 'latency',
    histogram: 'seconds',
    underS: 1,
    atLeast: { critical: 0.95 },
  };
  const per = (values: Readonly<Record<string, number>>): InstantAnswer => ({
    samples: Object.entries(values).map(([le, value]) => ({ labels: { le }, value })),
    warnings: [],
  });

  test('that write one boundary as 1 and as 1.0 are added up', () => {
    const total = per({ '1': 100, '1.0': 100, '+Inf': 200 });
    const layout = per({ '1': 1, '1.0': 1, '+Inf': 2 });
    expect(judge({ total, layout }, fast)).toMatchObject({ outcome: 'pass', measured: 1 });
  });

  test('of which only one has the boundary are judged by those that both have', () => {
    const layout = per({ '0.25': 2, '0.5': 1, '1': 2, '+Inf': 2 });
    const half = { ...fast, underS: 0.5 };
    const unclear = per({ '0.25': 100, '0.5': 90, '1': 200, '+Inf': 200 });
    expect(judge({ total: unclear, layout }, half)).toMatchObject({
      outcome: 'unknown',
      cause: 'mixed-histograms',
    });
    const clear = per({ '0.25': 198, '0.5': 100, '1': 200, '+Inf': 200 });
    expect(judge({ total: clear, layout }, half)).toMatchObject({ outcome: 'pass', measured: 0.99 });
  });
});

describe('with forS', () => {
  const NOW = 1_763_715_600.123;
  /** A store in which so many events are bad, from so many seconds ago on. */
  async function evaluate(objective: Partial<Objective>, bad: number, forS: number, sinceS = Infinity) {
    const slo = Slo.parse({ ...input, objectives: [{ ...errors, ...objective, forS }] });
    const level = slo.objectives[0] as SloLevel;
    const queries = sloQueries(slo, level);
    const steps: number[] = [];
    const metrics: MetricsPort = {
      now: () => Promise.resolve(NOW),
      instant: (query) => {
        const key = Object.entries(queries).find(([, text]) => text === query)?.[0] as keyof SloReadings;
        return Promise.resolve(key === 'part' ? one(bad) : (healthy[key] as InstantAnswer));
      },
      range: (query, startS, endS, stepS) => {
        steps.push(stepS);
        const points = [];
        for (let atMs = Math.round(startS * 1000); atMs <= endS * 1000 + 1e-6; atMs += stepS * 1000) {
          const value = query !== queries.part ? 1000 : atMs / 1000 > NOW - sinceS ? bad : 0;
          points.push({ atS: atMs / 1000, value });
        }
        return Promise.resolve({ series: [{ labels: {}, points }], warnings: [] });
      },
    };
    return { finding: levelFinding(slo, level, await readSlo(metrics, slo, level)), stepS: steps[0] ?? 0 };
  }

  test.each([20, 100, 299, 301, 1000])(
    '%d s that are no multiple of the scrapes are all of them',
    async (forS) => {
      expect((await evaluate({}, 0, forS)).finding.outcome).toBe('pass');
      expect((await evaluate({}, 500, forS)).finding.outcome).toBe('fail');
      expect((await evaluate({}, 500, forS, forS / 2)).finding).toMatchObject({
        outcome: 'unknown',
        cause: 'breach-pending',
      });
    },
  );

  test('no stretch of a long time is left out', async () => {
    expect((await evaluate({ windowS: 60 }, 0, 3600)).stepS).toBe(15);
    expect((await evaluate({ windowS: 60 }, 0, 24 * 3600)).stepS).toBe(60);
  });

  test('evaluations of too few events are no data', () => {
    const slo = Slo.parse({ ...input, objectives: [{ ...errors, forS: 60 }] });
    const range = (value: number, few: number) => ({
      series: [
        {
          labels: {},
          points: [15, 30, 45, 60].map((atS, index) => ({ atS, value: index < 2 ? few : value })),
        },
      ],
      warnings: [],
    });
    const history = (few: number) => ({
      stepS: 15,
      timesS: [15, 30, 45, 60],
      total: range(1000, few),
      part: range(500, few / 2),
      layout: null,
    });
    const at = (few: number) =>
      levelFinding(slo, slo.objectives[0] as SloLevel, { ...healthy, part: one(500), history: history(few) });
    expect(at(2)).toMatchObject({ outcome: 'unknown', cause: 'gaps' });
    expect(at(1000)).toMatchObject({ outcome: 'fail' });
    // Half of sixty is no chance, though a pass takes a hundred.
    expect(at(60)).toMatchObject({ outcome: 'fail' });
  });
});

describe('in a plan', () => {
  const target = { name: 'shop', urls: { app: 'http://127.0.0.1:1' } };

  test('every objective is a check that runs before the load', () => {
    const profile = { id: 'holds', title: 'Holds', engine: 'autocannon', requests: [{ path: '/' }] } as const;
    const plan = parsePlan({
      target,
      slo: input,
      load: { profiles: [{ ...profile, thresholds: { p95Ms: 1 } }] },
    });
    const own = checksOf(plan, 'post-cutover').filter(({ source }) => source !== 'built-in');
    expect(own).toMatchObject([
      { id: 'errors-are-few', source: 'slo', project: 'load', sampleFloor: 100 },
      { id: 'holds', source: 'load' },
    ]);
  });

  test('problems are named', () => {
    const plan = (changes: object) => () =>
      parsePlan({ target, slo: { ...input, objectives: [{ ...errors, ...changes }] } });
    expect(plan({ windowS: 30 })).toThrow(expect.objectContaining({ code: 'PLAN_INVALID' }) as Error);
    expect(plan({ total: 'sum(rate(x[5m]))' })).toThrow();
    expect(plan({ atMost: { warning: 0.1, critical: 0.05 } })).toThrow();
  });

  test('a password in the address of the metrics is refused, and not repeated', () => {
    const source = { adapter: 'prometheus', url: 'https://me:hunter2@prometheus.example.com' };
    let said = '';
    try {
      parsePlan({ target, slo: { ...input, source, objectives: [errors] } });
    } catch (error) {
      said = JSON.stringify({ ...(error as object), message: String(error) });
    }
    expect(said).toContain('must hold no user and password');
    expect(said).not.toContain('hunter2');
  });
});
