import type { ComparedSide } from '../../contract/load/load-comparison.ts';
import { seededRandom, shuffled } from './seeded-random.ts';

/**
 * The order of blocks. Every second round runs backwards, so that a slow drift of the machine favours nobody.
 */
export function blockOrder(
  rounds: number,
  sides: readonly ComparedSide[],
  seed: number,
): readonly ComparedSide[] {
  const random = seededRandom(seed);
  let forth: readonly ComparedSide[] = [];
  return Array.from({ length: rounds }, (_, round) => round).flatMap((round) => {
    if (round % 2 === 1) return [...forth].reverse();
    forth = shuffled(sides, random);
    return forth;
  });
}
