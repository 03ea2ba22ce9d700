import { COMPARED_SIDES, type ComparedSide } from '../../contract/load/load-comparison.ts';
import type { LoadResult } from '../../contract/load/load-result.ts';
import { lessThanOrdered } from '../load-finding.ts';
import { mergeResults } from '../merge-results.ts';

/** One request, measured on every side within the same few seconds. */
export type ComparedRound = Readonly<Record<ComparedSide, LoadResult>>;

/** Rounds in which our own side was in order, so that what is slow in them is the target. */
export function believable(rounds: readonly ComparedRound[]): readonly ComparedRound[] {
  return showingSlow(rounds).filter((round) => lessThanOrdered(round.new) === undefined);
}

/**
 * Also those in which only new got less than was ordered, while old got all of it in the same seconds: the slower new
 * is, the more of them there are. Slower under less load is slower all the same; as fast under less load says nothing.
 */
export function showingSlow(rounds: readonly ComparedRound[]): readonly ComparedRound[] {
  return rounds.filter((round) =>
    COMPARED_SIDES.every(
      (side) =>
        !round[side].generator.saturated && (side === 'new' || lessThanOrdered(round[side]) === undefined),
    ),
  );
}

/**
 * Puts neighbouring rounds together until every side has so many answers: a percentile of few answers is mostly chance.
 * What is left over at the end joins the last. Pure.
 * @returns none when all rounds together have fewer
 */
export function pooled(rounds: readonly ComparedRound[], samples: number): readonly ComparedRound[] {
  const groups: ComparedRound[][] = [];
  let group: ComparedRound[] = [];
  for (const round of rounds) {
    group.push(round);
    const enough = COMPARED_SIDES.every(
      (side) => group.reduce((sum, one) => sum + (one[side].latency?.samples ?? 0), 0) >= samples,
    );
    if (!enough) continue;
    groups.push(group);
    group = [];
  }
  groups.at(-1)?.push(...group);
  return groups.map(together);
}

function together(rounds: readonly ComparedRound[]): ComparedRound {
  const [only, ...others] = rounds;
  if (only !== undefined && others.length === 0) return only;
  const merged = (side: ComparedSide): LoadResult =>
    mergeResults(
      rounds.map((round) => round[side]),
      'in-turn',
    );
  return { old: merged('old'), 'old-again': merged('old-again'), new: merged('new') };
}

/**
 * Milliseconds that a connection of a closed model spent on one answer: the reciprocal of throughput. Usually the mean
 * latency; more where connections waited for something that is no answer in this window. A connection may have one
 * request under way at either end of the window, which then belongs to neither.
 */
export function perAnswerMs({ latency, durationMs, connections, requests }: LoadResult): number {
  return Math.max(latency?.mean ?? 0, (durationMs * connections) / (requests + connections));
}
