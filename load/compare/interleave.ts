import { seededRandom, shuffled } from './seeded-random.ts';

/** A side that answers a request: the old system twice, so that it can be held against itself. */
export type Side = 'old' | 'old-again' | 'new';

export interface Turn<R> {
  readonly side: Side;
  readonly request: R;
}

/**
 * The order of one round in which every request goes to every side, mixed request by request. On a noisy machine this
 * needs about a tenth of the rounds that alternating blocks need.
 */
export function mixedRound<R>(
  requests: readonly R[],
  sides: readonly Side[],
  seed: number,
): readonly Turn<R>[] {
  const turns = sides.flatMap((side) => requests.map((request) => ({ side, request })));
  return shuffled(turns, seededRandom(seed));
}

/**
 * The order of blocks for engines that cannot mix, and for sides that share a bottleneck. Every second round runs
 * backwards, so that a slow drift of the machine favours nobody.
 */
export function blockOrder(rounds: number, sides: readonly Side[], seed: number): readonly Side[] {
  const random = seededRandom(seed);
  let forth: readonly Side[] = [];
  return Array.from({ length: rounds }, (_, round) => round).flatMap((round) => {
    if (round % 2 === 1) return [...forth].reverse();
    forth = shuffled(sides, random);
    return forth;
  });
}
