import { seededRandom } from './seeded-random.ts';

/** Up to so many rounds every combination of signs is tried; beyond, a seeded sample of them. */
const EXACT_UP_TO = 12;
const SAMPLED = 4096;

/**
 * One-sided sign-flip permutation test of the mean of paired differences. It assumes only that, without an effect, each
 * round's difference could as well have had the other sign. It works on rounds, never on requests: requests of one
 * round depend on each other, and tests on them raise false alarms in most comparisons of a system with itself.
 * @returns the share of sign patterns whose mean is at least the one that was seen; 1 without differences
 */
export function signFlipP(differences: readonly number[], seed: number): number {
  return differences.length === 0 ? 1 : pAt(flip(differences, seed), 0, 1);
}

/**
 * The interval of all shifts that the test does not reject, by bisection.
 * @returns lower and upper end; infinite where so few rounds can reject nothing
 */
export function signFlipInterval(
  differences: readonly number[],
  confidence: number,
  seed: number,
): readonly [number, number] {
  if (differences.length === 0) return [-Infinity, Infinity];
  const alpha = (1 - confidence) / 2;
  const flipped = flip(differences, seed);
  const centre = flipped.total / differences.length;
  // Beyond the tolerance of the sums, which grows with the differences, also where they have no spread at all.
  const least = 1e-9 * (1 + Math.abs(centre));
  const reach = least + 2 * Math.max(...differences.map((difference) => Math.abs(difference - centre)));
  const end = (direction: 1 | -1): number => {
    // Rejected far away from the centre, accepted at the centre.
    const accepted = (distance: number): boolean =>
      pAt(flipped, centre + direction * distance, direction === 1 ? -1 : 1) > alpha;
    if (accepted(reach)) return direction * Infinity;
    let inside = 0;
    let outside = reach;
    for (let step = 0; step < 40; step += 1) {
      const middle = (inside + outside) / 2;
      if (accepted(middle)) inside = middle;
      else outside = middle;
    }
    return centre + direction * outside;
  };
  return [end(-1), end(1)];
}

/** Sums under every pattern of signs. A shift of all differences changes them by the sum of the signs, so once is enough. */
interface Flipped {
  readonly rounds: number;
  readonly total: number;
  readonly magnitude: number;
  readonly sums: Float64Array;
  readonly signs: Float64Array;
  readonly exact: boolean;
}

function flip(differences: readonly number[], seed: number): Flipped {
  const rounds = differences.length;
  const exact = rounds <= EXACT_UP_TO;
  const patterns = exact ? 2 ** rounds : SAMPLED;
  const random = seededRandom(seed);
  const sums = new Float64Array(patterns);
  const signs = new Float64Array(patterns);
  for (let pattern = 0; pattern < patterns; pattern += 1) {
    let sum = 0;
    let sign = 0;
    for (let at = 0; at < rounds; at += 1) {
      const plus = exact ? ((pattern >> at) & 1) === 0 : random() < 0.5;
      sum += plus ? (differences[at] ?? 0) : -(differences[at] ?? 0);
      sign += plus ? 1 : -1;
    }
    sums[pattern] = sum;
    signs[pattern] = sign;
  }
  const total = differences.reduce((sum, difference) => sum + difference, 0);
  const magnitude = differences.reduce((sum, difference) => sum + Math.abs(difference), 0);
  return { rounds, total, magnitude, sums, signs, exact };
}

/** The p-value after all differences were moved down by `shift`, upwards (1) or downwards (-1). */
function pAt(flipped: Flipped, shift: number, direction: 1 | -1): number {
  const { sums, signs, rounds, total, magnitude, exact } = flipped;
  // Equal sums must count as equal although they were added in another order.
  const tolerance = 1e-12 * (magnitude + Math.abs(shift) * rounds);
  const seen = direction * (total - shift * rounds) - tolerance;
  let asExtreme = 0;
  for (let pattern = 0; pattern < sums.length; pattern += 1) {
    if (direction * ((sums[pattern] ?? 0) - shift * (signs[pattern] ?? 0)) >= seen) asExtreme += 1;
  }
  // In a sample, the pattern that was seen counts as one more, so that the answer is never 0.
  return exact ? asExtreme / sums.length : (asExtreme + 1) / (sums.length + 1);
}
