import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { checksOf } from '../../../contract/plan/checks.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import type { InstantAnswer } from '../../../contract/ports/metrics.ts';
import { Slo } from '../../../contract/slo/slo.ts';
import { evaluateSlo } from '../../../slo/evaluate-slo.ts';

const of = { bad: 'errors_total', total: 'requests_total', objective: 0.999 } as const;
const burn = { id: 'budget-lasts', title: 'The error budget lasts', kind: 'burn-rate', ...of } as const;
const budget = {
  id: 'cutover-is-cheap',
  title: 'The cut-over costs at most a tenth of the error budget',
  kind: 'error-budget',
  ...of,
  windowS: 600,
  expectedEvents: 1_000_000,
  atMost: { warning: 0.05, critical: 0.1 },
} as const;
type Objective = z.input<typeof Slo>['objectives'][number];
const sloOf = (objective: Objective) =>
  Slo.parse({
    source: { adapter: 'prometheus', url: 'http://127.0.0.1:1' },
    up: 'up',
    objectives: [objective],
  });

/** Failed events of 10 000 in each window, by its length; undefined: the window is not there yet. */
function evaluate(
  objective: Objective,
  failed: (windowS: number) => number | undefined,
  total = 10_000,
  of = { present: 1, gone: 0 },
) {
  const one = (value: number): InstantAnswer => ({ samples: [{ labels: {}, value }], warnings: [] });
  const slo = sloOf(objective);
  const [only] = slo.objectives;
  if (only === undefined) throw new Error('no objective');
  return evaluateSlo(
    (_slo, { windowS }) => {
      const bad = failed(windowS);
      const scrapes = bad === undefined ? 1 : windowS / 15;
      return Promise.resolve({
        total: one(total),
        part: one(bad ?? 0),
        partExists: one(1),
        age: one(5),
        pushed: { samples: [], warnings: [] },
        instances: one(1),
        up: one(1),
        scrapes: one(scrapes * of.present),
        gone: of.gone === 0 ? { samples: [], warnings: [] } : one(scrapes * of.gone),
        own: null,
        layout: null,
        history: null,
      });
    },
    slo,
    only,
  );
}

describe('burn rate', () => {
  test('passes while no pair burns, and says how fast it goes', async () => {
    const finding = await evaluate(burn, () => 5);
    expect(finding).toMatchObject({ outcome: 'pass', measured: 0.5, sampleSize: 10_000 });
    expect(finding.summary).toContain('0.5 over 3600 s, 0.5 over 300 s');
  });

  test('fails when both windows of one pair burn, exactly at the factor not yet', async () => {
    const at = (share: Record<number, number>) => evaluate(burn, (windowS) => share[windowS]);
    expect(await at({ 3600: 145, 300: 145, 21_600: 10, 1800: 10 })).toMatchObject({
      outcome: 'fail',
      cause: 'burn-rate',
      measured: 14.5,
    });
    expect(await at({ 3600: 10, 300: 10, 21_600: 61, 1800: 61 })).toMatchObject({ outcome: 'fail' });
    expect((await at({ 3600: 144, 300: 144, 21_600: 60, 1800: 60 })).outcome).toBe('pass');
    // It burned, and it stopped; it burns, and has not done so for long.
    expect((await at({ 3600: 300, 300: 0, 21_600: 50, 1800: 50 })).outcome).toBe('pass');
    expect((await at({ 3600: 10, 300: 900, 21_600: 10, 1800: 10 })).outcome).toBe('pass');
  });

  test('a window that is not there yet is unknown, but hides no pair that burns', async () => {
    const young = (bad: number) => evaluate(burn, (windowS) => (windowS > 3600 ? undefined : bad));
    expect(await young(1)).toMatchObject({ outcome: 'unknown', cause: 'gaps' });
    expect(await young(300)).toMatchObject({ outcome: 'fail', cause: 'burn-rate' });
  });

  test('few events neither pass nor burn by chance', async () => {
    // 207 are needed for 1.44 %, 498 for 0.6 %.
    expect(await evaluate(burn, () => 0, 250)).toMatchObject({ outcome: 'unknown', cause: 'too-few-events' });
    expect(await evaluate(burn, () => 0, 498)).toMatchObject({ outcome: 'pass' });
    expect(await evaluate(burn, () => 3, 150)).toMatchObject({ outcome: 'unknown', cause: 'too-few-events' });
    expect(await evaluate(burn, () => 30, 150)).toMatchObject({ outcome: 'fail' });
    expect(await evaluate(burn, () => 60, 61)).toMatchObject({ outcome: 'fail', cause: 'burn-rate' });
    // 4 of 61 are more than 1.44 %, and may be chance.
    expect(await evaluate(burn, () => 4, 61)).toMatchObject({ outcome: 'unknown', cause: 'too-few-events' });
  });

  test('a budget that few events have spent is spent; one that few events left is not known', async () => {
    const small = { ...budget, expectedEvents: 10_000 };
    expect(await evaluate(small, () => 60, 61)).toMatchObject({ outcome: 'fail', cause: 'error-budget' });
    expect(await evaluate(small, () => 0, 61)).toMatchObject({ outcome: 'unknown', cause: 'too-few-events' });
  });

  test('no traffic is unknown', async () => {
    expect(await evaluate(burn, () => 0, 0)).toMatchObject({ outcome: 'unknown', cause: 'too-few-events' });
  });
});

describe('error budget', () => {
  test('passes, warns and fails by the share of the whole budget', async () => {
    expect(await evaluate(budget, () => 20)).toMatchObject({ outcome: 'pass', measured: 0.02 });
    expect(await evaluate(budget, () => 80)).toMatchObject({ outcome: 'pass', cause: 'warning-level' });
    expect(await evaluate(budget, () => 100)).toMatchObject({ outcome: 'pass', measured: 0.1 });
    const spent = await evaluate(budget, () => 250);
    expect(spent).toMatchObject({
      outcome: 'fail',
      cause: 'error-budget',
      measured: 0.25,
      expected: '<= 0.1',
    });
    expect(spent.summary).toContain('25 % of the error budget');
  });

  test('a window that was not seen spends nothing that anybody knows of', async () => {
    expect(await evaluate(budget, () => undefined)).toMatchObject({ outcome: 'unknown', cause: 'gaps' });
  });
});

describe('the budget since the cut-over', () => {
  const at = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1000).toISOString();

  test('looks back until it began, however long windowS is', async () => {
    const asked: number[] = [];
    const finding = await evaluate({ ...budget, since: at(1800) }, (windowS) => {
      asked.push(windowS);
      return 250;
    });
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'error-budget' });
    expect(asked[0]).toBeGreaterThanOrEqual(1800);
    expect(asked[0]).toBeLessThanOrEqual(1830);
  });

  test.each([
    ['just began', 20],
    ['is yet to come', -3600],
    ['was long ago', 40 * 24 * 3600],
  ])('that %s is unknown', async (_name, secondsAgo) => {
    expect(await evaluate({ ...budget, since: at(secondsAgo) }, () => 0)).toMatchObject({
      outcome: 'unknown',
      cause: 'gaps',
    });
  });

  test('counts what old instances spent that are there no more; a rate of failure does not', async () => {
    const gone = (objective: Objective) => evaluate(objective, () => 5, 10_000, { present: 0.2, gone: 0.8 });
    expect(await gone(budget)).toMatchObject({ outcome: 'pass' });
    expect(await gone(burn)).toMatchObject({ outcome: 'unknown' });
  });
});

test('both are checks with a floor, and impossible ones are refused', () => {
  const plan = parsePlan({
    target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' } },
    slo: {
      source: { adapter: 'prometheus', url: 'http://127.0.0.1:1' },
      up: 'up',
      objectives: [burn, budget],
    },
  });
  const own = checksOf(plan, 'post-cutover').filter(({ source }) => source === 'slo');
  expect(own.map(({ id, sampleFloor }) => [id, sampleFloor])).toEqual([
    ['budget-lasts', 207],
    ['cutover-is-cheap', 100],
  ]);
  const pairs = (longS: number, shortS: number, factor: number) => () =>
    sloOf({ ...burn, objective: 0.9, pairs: [{ longS, shortS, factor }] });
  expect(pairs(3600, 300, 6)).not.toThrow();
  expect(pairs(300, 3600, 6)).toThrow('shorter than longS');
  expect(pairs(3600, 300, 14.4)).toThrow('could never be exceeded');
  expect(pairs(3600, 30, 6)).toThrow('four scrapes');
});
