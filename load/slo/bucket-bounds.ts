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

/** Seconds of a label `le`; NaN for anything that is none. */
export function leOf(labels: Readonly<Record<string, string>>): number {
  const text = labels['le'];
  return text === '+Inf' ? Infinity : text === undefined || text === '' ? NaN : Number(text);
}
