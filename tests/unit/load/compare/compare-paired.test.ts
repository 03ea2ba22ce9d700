import { describe, expect, test } from 'vitest';
import {
  comparePaired,
  holm,
  withControl,
  type PairedRound,
} from '../../../../load/compare/compare-paired.ts';
import { blockOrder, mixedRound } from '../../../../load/compare/interleave.ts';
import { seededRandom, shuffled } from '../../../../load/compare/seeded-random.ts';
import { signFlipInterval, signFlipP } from '../../../../load/compare/sign-flip.ts';

/** Rounds on a noisy machine: both sides of a round share its noise, and each has some of its own. */
function rounds(count: number, slower: number, seed: number, own = 0.08): PairedRound[] {
  const random = seededRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: count }, () => {
    const shared = 100 * Math.exp(0.5 * normal());
    return { old: shared * Math.exp(own * normal()), new: shared * slower * Math.exp(own * normal()) };
  });
}
const options = { margin: 0.1, seed: 7, floor: 0 };

describe('new against old', () => {
  test('an identical twin passes, and one that is 25 % slower fails', () => {
    expect(comparePaired(rounds(30, 1, 1), options)).toMatchObject({ outcome: 'pass', moreRounds: null });
    const slower = comparePaired(rounds(30, 1.25, 2), options);
    expect(slower).toMatchObject({ outcome: 'fail' });
    expect(slower.ratio).toBeCloseTo(1.25, 1);
    expect(slower.lower).toBeGreaterThan(1.1);
  });

  test('of 40 comparisons of a system with itself at most 5 % fail, and at 25 % slower at least 90 % do', () => {
    const seeds = Array.from({ length: 40 }, (_, index) => index + 100);
    const outcomes = (slower: number): string[] =>
      seeds.map((seed) => comparePaired(rounds(20, slower, seed), { ...options, seed }).outcome);
    expect(outcomes(1).filter((outcome) => outcome === 'fail').length).toBeLessThanOrEqual(2);
    expect(outcomes(1.25).filter((outcome) => outcome === 'fail').length).toBeGreaterThanOrEqual(36);
  });

  test('what the rounds do not decide is unknown, with how many more it would take', () => {
    const noisy = comparePaired(rounds(8, 1.05, 3, 0.4), options);
    expect(noisy.outcome).toBe('unknown');
    expect(noisy.moreRounds).toBeGreaterThan(0);
  });

  test('too few usable rounds are unknown; a round without a measure is not usable', () => {
    expect(comparePaired([], options)).toMatchObject({
      outcome: 'unknown',
      rounds: 0,
      ratio: null,
      moreRounds: 6,
    });
    const broken = rounds(8, 1, 4).map((round, index) => (index < 4 ? { ...round, new: NaN } : round));
    expect(comparePaired(broken, options)).toMatchObject({ outcome: 'unknown', rounds: 4, moreRounds: 2 });
    expect(
      comparePaired(
        Array.from({ length: 9 }, () => ({ old: 0, new: 5 })),
        options,
      ).outcome,
    ).toBe('unknown');
  });

  test('a difference below the floor is no failure, however large its ratio', () => {
    const tiny = rounds(20, 1.5, 5).map((round) => ({ old: round.old / 1000, new: round.new / 1000 }));
    expect(comparePaired(tiny, options).outcome).toBe('fail');
    expect(comparePaired(tiny, { ...options, floor: 5 })).toMatchObject({ outcome: 'pass' });
  });

  test('rounds without any spread are decided', () => {
    const same = Array.from({ length: 10 }, () => ({ old: 100, new: 100 }));
    expect(comparePaired(same, options)).toMatchObject({ outcome: 'pass', ratio: 1 });
    const slower = same.map((round) => ({ ...round, new: 120 }));
    expect(comparePaired(slower, options).outcome).toBe('fail');
  });

  test('is repeatable', () => {
    expect(comparePaired(rounds(25, 1.1, 6), options)).toEqual(comparePaired(rounds(25, 1.1, 6), options));
  });
});

describe('the control of old against old', () => {
  const fine = comparePaired(rounds(20, 1, 8), options);
  test('that holds changes nothing', () => {
    const failed = comparePaired(rounds(20, 1.4, 9), options);
    expect(withControl(failed, fine, 0.1)).toEqual(failed);
  });

  test('that differs from itself in either direction makes the whole answer unknown', () => {
    for (const twist of [1.4, 1 / 1.4]) {
      const control = comparePaired(rounds(20, twist, 10), options);
      expect(withControl(fine, control, 0.1)).toMatchObject({ outcome: 'unknown' });
    }
  });

  test('that says nothing makes it unknown too', () => {
    expect(withControl(fine, comparePaired([], options), 0.1).outcome).toBe('unknown');
  });
});

describe('the test behind it', () => {
  test('exact values', () => {
    expect(signFlipP([1, 1, 1, 1, 1, 1], 1)).toBeCloseTo(1 / 64);
    expect(signFlipP([-1, -1, -1], 1)).toBe(1);
    expect(signFlipP([], 1)).toBe(1);
    expect(
      signFlipP(
        Array.from({ length: 30 }, () => 1),
        1,
      ),
    ).toBeLessThan(0.001);
  });

  test('five rounds can bound nothing', () => {
    expect(signFlipInterval([0.1, 0.11, 0.09, 0.1, 0.12], 0.95, 1)).toEqual([-Infinity, Infinity]);
  });

  test('the interval holds the truth about as often as it says', () => {
    let held = 0;
    for (let seed = 0; seed < 60; seed += 1) {
      const logs = rounds(10, 1.1, seed + 500).map((round) => Math.log(round.new / round.old));
      const [low, high] = signFlipInterval(logs, 0.95, seed);
      if (low <= Math.log(1.1) && Math.log(1.1) <= high) held += 1;
    }
    expect(held).toBeGreaterThanOrEqual(53);
  });

  test("Holm's correction stops at the first that is not small enough", () => {
    expect(holm([0.01, 0.04, 0.03], 0.05)).toEqual([true, false, false]);
    expect(holm([0.01, 0.02, 0.03], 0.05)).toEqual([true, true, true]);
    expect(holm([], 0.05)).toEqual([]);
  });
});

describe('order', () => {
  test('a round holds every request for every side once, mixed, and the same for the same seed', () => {
    const turns = mixedRound(['a', 'b', 'c', 'd'], ['old', 'old-again', 'new'], 3);
    expect(turns).toHaveLength(12);
    expect(new Set(turns.map(({ side, request }) => side + request)).size).toBe(12);
    expect(mixedRound(['a', 'b', 'c', 'd'], ['old', 'old-again', 'new'], 3)).toEqual(turns);
    expect(turns.map(({ side }) => side)).not.toEqual(
      [...turns].sort((a, b) => (a.side < b.side ? -1 : 1)).map(({ side }) => side),
    );
  });

  test('blocks go there and back', () => {
    const order = blockOrder(4, ['old', 'new'], 1);
    expect(order).toHaveLength(8);
    expect(order.slice(2, 4)).toEqual([...order.slice(0, 2)].reverse());
    expect(order.filter((side) => side === 'old')).toHaveLength(4);
  });

  test('shuffling loses nothing', () => {
    const items = Array.from({ length: 100 }, (_, index) => index);
    const mixed = shuffled(items, seededRandom(1));
    expect(mixed).not.toEqual(items);
    expect([...mixed].sort((a, b) => a - b)).toEqual(items);
  });
});
