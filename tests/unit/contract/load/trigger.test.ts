import { describe, expect, test } from 'vitest';
import { budgetSpent, burnFires, burnRate } from '../../../../slo/burn-rate.ts';
import { shareLowerBound, shareUpperBound } from '../../../../contract/statistics/binomial.ts';
import {
  bucketsOfResult,
  evaluateTrigger,
  type CountBucket,
  type Trigger,
} from '../../../../contract/load/trigger.ts';
import { resultOf } from '../../load/load-result-of.ts';

/** One bucket per letter and second: `h`ealthy, `b`reach (10 % errors), `.` nothing, `d`own (100 % errors). */
function series(letters: string): CountBucket[] {
  const kinds: Record<string, { total: number; bad: number }> = {
    h: { total: 100, bad: 0 },
    b: { total: 100, bad: 10 },
    d: { total: 100, bad: 100 },
    '.': { total: 0, bad: 0 },
  };
  return [...letters].map((letter, second) => ({
    startMs: second * 1000,
    lengthMs: 1000,
    ...(kinds[letter] ?? { total: 0, bad: 0 }),
  }));
}
const sustained: Trigger = { kind: 'sustained', forMs: 5000, limit: 0.05, minimumRequests: 100 };
const windowed: Trigger = { ...sustained, kind: 'windowed' };
const state = (letters: string, trigger: Trigger): string => evaluateTrigger(series(letters), trigger).state;

describe('sustained', () => {
  test.each([
    ['hhhhhhhh', 'inactive'],
    ['hhhbbbb', 'pending'],
    ['hhhbbbbb', 'firing'],
    ['bbbbhbbbb', 'pending'],
    ['bbbbbh', 'inactive'],
    ['bbbbbhhhhh', 'inactive'],
    // No data is neither a reset nor a breach.
    ['bb.bbbbbbbb', 'firing'],
    ['hhhhhbb...', 'unknown'],
    ['bb...', 'unknown'],
    // It fired, and then the target vanished: that is no recovery.
    ['bbbbb....................', 'firing'],
    ['..........', 'unknown'],
    ['hhh', 'unknown'],
  ])('%s is %s', (letters, expected) => {
    expect(state(letters, sustained)).toBe(expected);
  });

  test('33 % errors for a while and then no traffic does not go on to fire', () => {
    expect(state('hhhbbb.........', sustained)).toBe('unknown');
  });

  test('exactly at the limit is healthy', () => {
    const atLimit = series('hhhhhh').map((bucket) => ({ ...bucket, bad: 5 }));
    expect(evaluateTrigger(atLimit, sustained).state).toBe('inactive');
  });

  test('too few requests never fire', () => {
    expect(state('bbbbbb', { ...sustained, minimumRequests: 1000 })).toBe('unknown');
  });

  test('a breach that chance does not explain fires with fewer requests than the trigger asks for', () => {
    const few = (bad: number): CountBucket[] =>
      series('ddddd').map((bucket) => ({ ...bucket, total: 10, bad }));
    for (const trigger of [sustained, windowed]) {
      expect(evaluateTrigger(few(10), trigger).state).toBe('firing');
      // One of ten is more than 5 %, and what 50 requests may show by chance.
      expect(evaluateTrigger(few(1), trigger).state).toBe('unknown');
      expect(evaluateTrigger(few(0), trigger).state).toBe('unknown');
    }
    const oneBadSecond = series('hhhhd').map((bucket) => ({ ...bucket, total: 10, bad: bucket.bad / 10 }));
    expect(evaluateTrigger(oneBadSecond, windowed).state).toBe('unknown');
  });

  test('that it fired is remembered after a recovery', () => {
    expect(evaluateTrigger(series('bbbbbhhhhh'), sustained)).toMatchObject({
      state: 'inactive',
      firedAtMs: 5000,
    });
  });

  test('nothing at all is unknown', () => {
    expect(evaluateTrigger([], sustained)).toMatchObject({ state: 'unknown', coverage: 0 });
    expect(evaluateTrigger([], windowed)).toMatchObject({ state: 'unknown', coverage: 0 });
  });
});

describe('windowed', () => {
  test.each([
    ['hhhhhh', 'inactive'],
    ['hhhhhd', 'firing'],
    ['hhhhhdhhhhh', 'inactive'],
    ['hhhhhdhhh', 'firing'],
    ['hhhhhd......', 'firing'],
    ['hhhhh.....', 'unknown'],
    ['hhh', 'unknown'],
  ])('%s is %s', (letters, expected) => {
    expect(state(letters, windowed)).toBe(expected);
  });

  test('a long series is evaluated in one pass', () => {
    const long = series('h'.repeat(100_000) + 'd');
    expect(evaluateTrigger(long, windowed)).toMatchObject({ state: 'firing', requests: 500 });
  });
});

test('the seconds of a load result that saw nothing are buckets without data', () => {
  const result = resultOf({ durationMs: 3000, buckets: [{ second: 1, requests: 5, errors: 2, bytes: 0 }] });
  expect(bucketsOfResult(result).map(({ total, bad }) => [total, bad])).toEqual([
    [0, 0],
    [5, 2],
    [0, 0],
  ]);
});

describe('burn rate', () => {
  test('counts in budgets, and says nothing without events', () => {
    expect(burnRate({ bad: 1, total: 1000 }, 0.999)).toBeCloseTo(1);
    expect(burnRate({ bad: 144, total: 10_000 }, 0.999)).toBeCloseTo(14.4);
    expect(burnRate({ bad: 0, total: 0 }, 0.999)).toBeUndefined();
    expect(() => burnRate({ bad: 1, total: 2 }, 1)).toThrow('between 0 and 1');
  });

  test('fires only when both windows burn', () => {
    const page = 14.4;
    const burning = { bad: 150, total: 10_000 };
    const calm = { bad: 1, total: 10_000 };
    expect(burnFires(page, burning, burning, 0.999)).toBe(true);
    expect(burnFires(page, burning, calm, 0.999)).toBe(false);
    expect(burnFires(page, calm, burning, 0.999)).toBe(false);
    expect(burnFires(page, burning, { bad: 0, total: 0 }, 0.999)).toBeUndefined();
  });

  test('the budget that a cut-over has spent', () => {
    expect(budgetSpent(500, 1_000_000, 0.999)).toBeCloseTo(0.5);
    expect(budgetSpent(0, 0, 0.999)).toBeUndefined();
  });
});

describe('how much a count of errors excludes', () => {
  test('no errors in 59, 299 and 2995 requests exclude 5 %, 1 % and 0.1 %', () => {
    expect(shareUpperBound(0, 59)).toBeLessThan(0.05);
    expect(shareUpperBound(0, 58)).toBeGreaterThan(0.05);
    expect(shareUpperBound(0, 299)).toBeLessThan(0.01);
    expect(shareUpperBound(0, 298)).toBeGreaterThan(0.01);
    expect(shareUpperBound(0, 2995)).toBeLessThan(0.001);
  });

  test('nothing seen excludes nothing', () => {
    expect([shareUpperBound(0, 0), shareLowerBound(0, 0)]).toEqual([1, 0]);
    expect([shareUpperBound(7, 7), shareLowerBound(0, 7)]).toEqual([1, 0]);
  });

  test('known values', () => {
    expect(shareUpperBound(10, 100)).toBeCloseTo(0.1637, 3);
    expect(shareLowerBound(10, 100)).toBeCloseTo(0.0552, 3);
    expect(shareUpperBound(5000, 1_000_000)).toBeCloseTo(0.00512, 4);
  });
});
