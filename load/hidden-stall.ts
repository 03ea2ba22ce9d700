import type { LoadResult } from '../contract/load/load-result.ts';

/** Less waiting than this in all is what any machine does now and then. */
const SHORTEST_STALL_MS = 500;

/** Share of all requests beyond each percentile. */
const BEYOND = { p50: 0.5, p95: 0.05, p99: 0.01 } as const;

/**
 * A closed model sends nothing while all connections wait, so a target that stood still leaves a handful of slow
 * requests behind. Users who come at any time would have waited: for how much of the window, the silences tell.
 * @param limitMs what the percentile is held against
 * @returns what the percentile hides, in words; undefined in an open model, or when it hides nothing
 */
export function hiddenStall(
  result: LoadResult,
  name: keyof typeof BEYOND,
  limitMs: number,
): string | undefined {
  if (result.model !== 'closed') return undefined;
  const silences = result.silencesMs ?? [];
  const beyond = (silence: number): number => Math.max(0, silence - limitMs);
  const waited =
    silences.reduce((sum, silence) => sum + beyond(silence), 0) +
    // Those that are only counted may all have been as long as the last one.
    (result.silencesUnlisted ?? 0) * beyond(silences.at(-1) ?? 0);
  if (waited <= Math.max(result.durationMs * BEYOND[name], SHORTEST_STALL_MS)) return undefined;
  const longest = Math.round(Math.max(...silences));
  const share = Number(((waited / result.durationMs) * 100).toFixed(1));
  return `${name} holds only because nothing was sent while the target stood still: for up to ${longest} ms no answer came, and whoever came during ${share} % of the time would have waited longer than ${Number(limitMs.toFixed(1))} ms`;
}
