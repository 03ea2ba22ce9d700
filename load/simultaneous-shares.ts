import type { LoadResult } from '../contract/load/load-result.ts';

/** Least share of the load's time during which all shares must have made theirs. */
const LEAST_TOGETHER = 0.8;

/**
 * Whether shares of one load were made at the same time; else the target never saw all of it. Pure.
 * @returns undefined when they were, else during which part of the time, in percent
 */
export function notTogetherPercent(results: readonly LoadResult[]): number | undefined {
  const together = shareTogether(results);
  // Also where a share does not say when it began, which compares as false.
  return together >= LEAST_TOGETHER ? undefined : Math.round((together || 0) * 100);
}

/** How much of the time in which load was made all shares made it. */
function shareTogether(results: readonly LoadResult[]): number {
  const windows = results.map(({ startedAt, durationMs }) => {
    const from = Date.parse(startedAt);
    return { from, to: from + durationMs };
  });
  const overlap = Math.min(...windows.map(({ to }) => to)) - Math.max(...windows.map(({ from }) => from));
  const longest = Math.max(...results.map(({ durationMs }) => durationMs));
  return longest > 0 ? Math.max(0, overlap) / longest : 0;
}
