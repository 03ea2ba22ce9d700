import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { checksOf } from '../../../../contract/checks.ts';
import { parsePlan } from '../../../../contract/plan.ts';
import type { InstantAnswer } from '../../../../contract/ports/metrics.ts';
import { Slo, type SloLevel } from '../../../../contract/slo.ts';
import { underCount } from '../../../../load/slo/bucket-bounds.ts';
import { judgeSlo } from '../../../../load/slo/judge-slo.ts';
import type { SloReadings } from '../../../../load/slo/read-slo.ts';

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
  history: null,
};

type Objective = z.input<typeof Slo>['objectives'][number];
function judge(changes: Partial<SloReadings>, objective: Objective = errors) {
  const slo = Slo.parse({ ...input, objectives: [objective] });
  return judgeSlo(slo, slo.objectives[0] as SloLevel, { ...healthy, ...changes });
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
});
