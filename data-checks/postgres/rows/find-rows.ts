import { allSettled } from './all-settled.ts';
import { Differences } from './differences.ts';
import { rangeKey, type SideSql } from './hashing.ts';
import { isSorted, sampleKeys } from './cut-keys.ts';
import { locateDifferent } from './locate-ranges.ts';
import { locate } from './locate.ts';
import {
  type BucketScan,
  bucketTotals,
  emptyBuckets,
  inBucket,
  PageParts,
  tableTotals,
  type TotalsScan,
} from './scan-pages.ts';
import { RangeScan, scanRanges } from './scan-keys.ts';
import { isLostSide, type Side } from './side.ts';
import { NO_ROWS, sameTotals } from './totals.ts';
import type { Work } from './work.ts';

/** Totals of both sides, and, where those differ, which rows do. */
export interface Found {
  readonly old: bigint;
  readonly new: bigint;
  /** Whether the totals differ. Where they do and no row is found that differs, nothing is known. */
  readonly differ: boolean;
  readonly differences: Differences;
  /** What kept the differing rows from being found; then `differences` holds no more than some of them. */
  readonly notLocated?: unknown;
}

/** Tables up to this size are read whole: their differing rows too. */
const SMALL_ROWS = 50_000;
const ROWS_PER_BUCKET = 128;
/** Every worker holds an answer of as many rows. */
const MOST_BUCKETS = 32_768;

/**
 * Compares all rows of one table: one pass over both sides that hashes everything, and, only if that differs, more over
 * no more than the parts that do.
 */
export async function findRows(work: Work, mostShown: number): Promise<Found> {
  const rows = Math.max(work.pairing.old.estimatedRows, work.pairing.new.estimatedRows);
  if (rows <= SMALL_ROWS) return byTotals(work, rows, mostShown);
  const samples = (work.checkpoint.samples ??= (await sortedKeys(work)) ?? null);
  return samples === null ? byTotals(work, rows, mostShown) : byKeyRanges(work, samples, rows, mostShown);
}

/** Sums alone first: telling groups of rows apart takes the servers more than twice the time. */
async function byTotals(work: Work, rows: number, mostShown: number): Promise<Found> {
  const { checkpoint, meter } = work;
  const start = (which: 0 | 1): TotalsScan => ({ parts: partsOf(work, which), totals: NO_ROWS });
  const scans = (checkpoint.totals ??= [start(0), start(1)]);
  const [old, next] = await both(work, (which, side, sql) => tableTotals(side, sql, scans[which], meter));
  const differences = new Differences(mostShown);
  const differ = !sameTotals(old, next);
  const found = { old: old.rows, new: next.rows, differ, differences };
  if (!differ) return found;
  return located(work, found, async () => {
    const conditions = rows <= SMALL_ROWS ? () => [] : await differingBuckets(work, rows);
    await locate(work, differences, (sql) => ({
      rank: sql.keyHash,
      rankIsKey: false,
      conditions: conditions(sql),
    }));
  });
}

function partsOf({ pairing, sides }: Work, which: 0 | 1): PageParts {
  return new PageParts(pairing[which === 0 ? 'old' : 'new'].heaps, sides[which].version);
}

/** The conditions that leave the rows of those buckets whose totals differ. */
async function differingBuckets(work: Work, rows: number): Promise<(sql: SideSql) => readonly string[]> {
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, rows / ROWS_PER_BUCKET)));
  const count = Math.min(MOST_BUCKETS, Math.max(64, wanted));
  const { checkpoint, meter } = work;
  const start = (which: 0 | 1): BucketScan => ({
    parts: partsOf(work, which),
    buckets: emptyBuckets(count),
  });
  const scans = (checkpoint.buckets ??= [start(0), start(1)]);
  const [old, next] = await both(work, (which, side, sql) => bucketTotals(side, sql, scans[which], meter));
  const different: number[] = [];
  for (let bucket = 0; bucket < count; bucket += 1) {
    const same =
      old.rows[bucket] === next.rows[bucket] &&
      old.sums[bucket] === next.sums[bucket] &&
      old.seconds[bucket] === next.seconds[bucket];
    if (!same) different.push(bucket);
  }
  if (different.length === count) return () => [];
  // A subquery is hashed by every version; a long list is searched one by one before 14.
  const list = `in (select unnest('{${different.join(',')}}'::int8[]))`;
  return (sql) => [`${inBucket(sql.first, count)} ${list}`];
}

/** That the totals differ is known, whatever keeps the rows from being found. @throws Error when a side is lost */
async function located(work: Work, found: Found, find: () => Promise<void>): Promise<Found> {
  try {
    await find();
    return found;
  } catch (error) {
    if (isLostSide(error)) throw error;
    await allSettled(work.sides.map((side) => side.recover()));
    return { ...found, notLocated: error };
  }
}

/** The sampled keys of both sides when the table can be read in key ranges at about the cost of reading it in order. */
async function sortedKeys(work: Work): Promise<readonly bigint[] | undefined> {
  const { pairing, sides } = work;
  const key = rangeKey(pairing);
  const [oldHeap, newHeap] = [pairing.old.heaps, pairing.new.heaps];
  const [oldFirst, newFirst] = [oldHeap[0], newHeap[0]];
  if (key === undefined || oldFirst === undefined || newFirst === undefined) return undefined;
  if (oldHeap.length > 1 || newHeap.length > 1) return undefined;
  const [old, next] = await allSettled<[readonly bigint[], readonly bigint[]]>([
    sampleKeys(sides[0], oldFirst, key.old),
    sampleKeys(sides[1], newFirst, key.new),
  ]);
  return isSorted(old) && isSorted(next) ? [...old, ...next] : undefined;
}

async function byKeyRanges(
  work: Work,
  samples: readonly bigint[],
  rows: number,
  mostShown: number,
): Promise<Found> {
  const key = rangeKey(work.pairing);
  if (key === undefined) throw new Error('a table without a key of one integer was read by key ranges');
  const keys = [key.old, key.new] as const;
  const scan = (work.checkpoint.ranges ??= new RangeScan(samples, rows));
  await scanRanges(scan, work.sides, work.sql, keys, work.meter);
  const differences = new Differences(mostShown);
  const [old, next] = scan.whole;
  const found = { old: old.rows, new: next.rows, differ: scan.different.length > 0, differences };
  return located(work, found, () => locateDifferent(work, keys, scan.different, samples, differences));
}

async function both<T>(
  work: Work,
  ask: (which: 0 | 1, side: Side, sql: SideSql) => Promise<T>,
): Promise<readonly [T, T]> {
  return allSettled<[T, T]>([ask(0, work.sides[0], work.sql[0]), ask(1, work.sides[1], work.sql[1])]);
}
