import type { InstantAnswer } from '../contract/ports/metrics.ts';

/** The value of one bucket of a classic histogram: events of at most `le`. */
export interface BucketCount {
  readonly le: number;
  readonly count: number;
}

/** How many events took at most `under`: exact at a boundary, between two bounds elsewhere. */
export interface UnderCount {
  readonly total: number;
  readonly least: number;
  readonly most: number;
}

/**
 * Reads a histogram at a boundary. Never interpolates: between two buckets nothing is known, and beyond the top one
 * neither.
 * @returns undefined without a bucket for everything (`+Inf`): then the total is not known
 */
export function underCount(buckets: readonly BucketCount[], under: number): UnderCount | undefined {
  const total = buckets.find(({ le }) => le === Infinity)?.count;
  if (total === undefined) return undefined;
  const below = buckets.filter(({ le }) => le <= under).sort((a, b) => b.le - a.le)[0];
  const above = buckets.filter(({ le }) => le >= under).sort((a, b) => a.le - b.le)[0];
  return { total, least: below?.count ?? 0, most: above?.count ?? total };
}

/**
 * The buckets that all series have. One boundary may be written as `1` and as `1.0`, and while two releases run, one may
 * have boundaries that the other has not: those hold the events of one release only, and say nothing about both.
 * @param layout how many series each `le` has; null where there is one histogram only
 */
export function sharedBuckets(
  counts: InstantAnswer['samples'],
  layout: InstantAnswer['samples'] | null,
): { readonly buckets: readonly BucketCount[]; readonly mixed: boolean } {
  const all = [...byBoundary(counts)].map(([le, count]) => ({ le, count }));
  if (layout === null) return { buckets: all, mixed: false };
  const series = byBoundary(layout);
  const buckets = all.filter(({ le }) => series.get(le) === series.get(Infinity));
  return { buckets, mixed: buckets.length < all.length };
}

function byBoundary(samples: InstantAnswer['samples']): ReadonlyMap<number, number> {
  const sums = new Map<number, number>();
  for (const { labels, value } of samples) sums.set(leOf(labels), (sums.get(leOf(labels)) ?? 0) + value);
  return sums;
}

/** Seconds of a label `le`; NaN for anything that is none. */
function leOf(labels: Readonly<Record<string, string>>): number {
  const text = labels['le'];
  return text === '+Inf' ? Infinity : text === undefined || text === '' ? NaN : Number(text);
}
