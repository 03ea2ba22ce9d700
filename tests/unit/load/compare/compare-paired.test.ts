import { describe, expect, test } from 'vitest';
import { againstControl, type SidesRound } from '../../../../load/compare/against-control.ts';
import { comparePaired, holm, type PairedRound } from '../../../../load/compare/compare-paired.ts';
import { blockOrder } from '../../../../load/compare/interleave.ts';
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

/** Rounds of all three sides; `again` is what place or order do to the second measurement of old. */
function sides(count: number, slower: number, seed: number, own = 0.04, again = 1): SidesRound[] {
  const random = seededRandom(seed);
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Array.from({ length: count }, () => {
    const shared = 100 * Math.exp(0.5 * normal());
    const side = (factor: number): number => shared * factor * Math.exp(own * normal());
    return { old: side(1), 'old-again': side(again), new: side(slower) };
  });
}

describe('new against old, and old against itself', () => {
  test('a control that holds changes nothing', () => {
    expect(againstControl(sides(20, 1, 8), options)).toMatchObject({ outcome: 'pass', noisy: false });
    expect(againstControl(sides(20, 1.4, 9), options)).toMatchObject({ outcome: 'fail', noisy: false });
  });

  test('old that differs from itself in either direction makes the answer unknown, whatever new is', () => {
    for (const again of [1.4, 1 / 1.4])
      for (const slower of [1, 1.6])
        expect(againstControl(sides(20, slower, 10, 0.04, again), options)).toMatchObject({
          outcome: 'unknown',
          noisy: true,
          reason: expect.stringContaining('too noisy') as string,
        });
  });

  test('nothing passes where old is not shown to be as fast as old, although nothing shows the contrary', () => {
    // 8 % apart: new lies between the two, within the margin of both.
    const rounds = sides(20, 1.045, 11, 0.02, 1.1);
    for (const side of ['old', 'old-again'] as const)
      expect(
        comparePaired(
          rounds.map((round) => ({ old: round[side], new: round.new })),
          options,
        ).outcome,
      ).toBe('pass');
    expect(againstControl(rounds, options)).toMatchObject({
      outcome: 'unknown',
      noisy: false,
      reason: expect.stringContaining('old itself is not shown to be as fast as old') as string,
    });
  });

  test('a difference that old shows to itself cannot carry a failure, and a greater one still does', () => {
    const control = { again: 1.12, own: 0.06 };
    const against = (slower: number) =>
      againstControl(sides(14, slower, 12, control.own, control.again), options);
    const alone = sides(14, 1.2, 12, control.own, control.again);
    expect(comparePaired(alone, options).outcome).toBe('fail');
    expect(against(1.2)).toMatchObject({ outcome: 'unknown', noisy: false });
    expect(against(1.6).outcome).toBe('fail');
  });

  test('too few rounds, and rounds that lack a side, say nothing', () => {
    expect(againstControl([], options)).toMatchObject({ outcome: 'unknown', noisy: false, moreRounds: 6 });
    const halves = sides(10, 1, 13).map((round, at) => (at < 5 ? { ...round, 'old-again': NaN } : round));
    expect(againstControl(halves, options)).toMatchObject({ outcome: 'unknown', moreRounds: 1 });
  });

  test('of 40 comparisons of a system with itself at most 5 % fail; 25 % slower is told in 90 %, and never passes', () => {
    const said = (slower: number, own: number): string[] =>
      Array.from({ length: 40 }, (_, seed) => {
        const rounds = sides(10, slower, seed + 900, own);
        return againstControl(rounds, { ...options, seed }).outcome;
      });
    const count = (outcomes: readonly string[], wanted: string): number =>
      outcomes.filter((outcome) => outcome === wanted).length;
    for (const own of [0.04, 0.2]) {
      expect(count(said(1, own), 'fail')).toBeLessThanOrEqual(2);
      expect(count(said(1.25, own), 'pass')).toBe(0);
    }
    expect(count(said(1, 0.04), 'pass')).toBeGreaterThanOrEqual(36);
    expect(count(said(1.25, 0.04), 'fail')).toBeGreaterThanOrEqual(36);
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

  test('differences without spread are bounded, however great they are', () => {
    const [low, high] = signFlipInterval(
      Array.from({ length: 20 }, () => 996),
      0.95,
      1,
    );
    expect(low).toBeCloseTo(996);
    expect(high).toBeCloseTo(996);
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
