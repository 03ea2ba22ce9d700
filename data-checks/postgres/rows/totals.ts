/** Rows of some part of a table, and the sum of their hashes. Sums of parts add up exactly. */
export interface Totals {
  readonly rows: bigint;
  readonly sum: bigint;
  /** Sum of a second, independent hash; 0 when only 64 bits are used. */
  readonly second: bigint;
}

export const NO_ROWS: Totals = { rows: 0n, sum: 0n, second: 0n };

export function add(a: Totals, b: Totals): Totals {
  return { rows: a.rows + b.rows, sum: a.sum + b.sum, second: a.second + b.second };
}

export function sameTotals(a: Totals, b: Totals): boolean {
  return a.rows === b.rows && a.sum === b.sum && a.second === b.second;
}

/** What one aggregate query answers. */
export interface TotalsRow {
  readonly n: string;
  readonly sum: string | null;
  readonly second: string | null;
}

/**
 * The select list that makes a `TotalsRow` out of hashes. Never XOR: equal deltas would cancel. Each hash stands here
 * once only, because the server would compute it once for each place.
 */
export function totalsColumns(hash: string, second?: string): string {
  return `count(*)::text as n, sum(${hash})::text as sum, ${second === undefined ? 'null' : `sum(${second})::text`} as second`;
}

/** @throws Error when there are rows without a sum: their hashes were NULL and would be missing on both sides alike */
export function hasSum(row: TotalsRow): void {
  if (row.n !== '0' && row.sum === null)
    throw new Error(`${row.n} rows gave no hash; this is a defect of Greenlight`);
}

/** @throws Error as `hasSum` */
export function parseTotals(row: TotalsRow | undefined): Totals {
  if (row === undefined) throw new Error('the server gave no totals');
  hasSum(row);
  return { rows: BigInt(row.n), sum: BigInt(row.sum ?? '0'), second: BigInt(row.second ?? '0') };
}
