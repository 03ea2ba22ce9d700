import { describe, expect, test } from 'vitest';
import { shareLowerBound, shareUpperBound } from '../../../../contract/statistics/binomial.ts';

/** The sum itself, term by term in logarithms: slow, and beyond doubt. */
function summed(bad: number, total: number, share: number): number {
  let log = total * Math.log1p(-share);
  let sum = Math.exp(log);
  for (let k = 1; k <= bad; k += 1) {
    log += Math.log((total - k + 1) / k) + Math.log(share) - Math.log1p(-share);
    sum += Math.exp(log);
  }
  return sum;
}

describe('bounds of a share', () => {
  test.each([
    [1, 2],
    [3, 10],
    [5, 100],
    [60, 61],
    [50, 1000],
    [1200, 30_000],
  ])('%i of %i: they are where the sum of the distribution says', (bad, total) => {
    expect(summed(bad, total, shareUpperBound(bad, total))).toBeCloseTo(0.05, 6);
    expect(1 - summed(bad - 1, total, shareLowerBound(bad, total))).toBeCloseTo(0.05, 6);
  });

  test('59 without a bad one exclude 5 %, 58 do not', () => {
    expect(shareUpperBound(0, 59)).toBeLessThan(0.05);
    expect(shareUpperBound(0, 58)).toBeGreaterThan(0.05);
  });

  test.each([
    [0, 10_000_000],
    [100_000, 10_000_000],
    [5_000_000, 10_000_000],
    [9_999_999, 10_000_000],
    [300_000_000, 1_000_000_000],
  ])('%i of %i: both ends lie about the share, closer than any limit is written', (bad, total) => {
    const share = bad / total;
    const spread = 5 * Math.sqrt((share * (1 - share)) / total) + 10 / total;
    expect(shareUpperBound(bad, total)).toBeGreaterThan(share);
    expect(shareUpperBound(bad, total)).toBeLessThan(share + spread);
    if (bad > 0) expect(shareLowerBound(bad, total)).toBeLessThan(share);
    expect(shareLowerBound(bad, total)).toBeGreaterThanOrEqual(share - spread);
  });

  test('nothing that was seen excludes nothing', () => {
    expect([shareUpperBound(0, 0), shareLowerBound(0, 0)]).toEqual([1, 0]);
    expect([shareUpperBound(5, 5), shareLowerBound(0, 5)]).toEqual([1, 0]);
    expect(shareLowerBound(5, 5)).toBeCloseTo(0.05 ** (1 / 5), 9);
  });
});
