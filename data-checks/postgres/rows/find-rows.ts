import type { Session } from '../session.ts';
import { allSettled } from './all-settled.ts';
import type { Checkpoint } from './checkpoint.ts';
import { Differences } from './differences.ts';
import { rangeKey, type SideSql } from './hashing.ts';
import { mergeRows } from './merge.ts';
import type { Meter } from './meter.ts';
import type { Pairing } from './pairing.ts';
import {
  bucketOf,
  type BucketScan,
  bucketTotals,
  emptyBuckets,
  PageParts,
  tableTotals,
  type TotalsScan,
} from './scan-pages.ts';
import {
  isSorted,
  type KeyRange,
  rangeCondition,
  RangeScan,
  type RangeTotals,
  sampleKeys,
  scanRanges,
} from './scan-keys.ts';
import type { Side } from './side.ts';
import { NO_ROWS, sameTotals, type Totals } from './totals.ts';

/** Both sides of one table, ready to be asked. */
export interface Work {
  readonly pairing: Pairing;
  readonly sides: readonly [Side, Side];
  readonly sql: readonly [SideSql, SideSql];
  readonly checkpoint: Checkpoint;
  readonly meter: Meter;
}

/** Totals of both sides, and, where those differ, which rows do. */
export interface Found {
  readonly old: bigint;
  readonly new: bigint;
  readonly differences: Differences;
}

/** Tables up to this size are read whole: their differing rows too. */
const SMALL_ROWS = 50_000;
const ROWS_PER_BUCKET = 128;
const MOST_BUCKETS = 65_536;

/**
 * Compares all rows of one table: one pass over both sides that hashes everything, and, only if that differs, one more
 * over no more than the parts that do.
 */
export async function findRows(work: Work, mostShown: number): Promise<Found> {
  const rows = Math.max(work.pairing.old.estimatedRows, work.pairing.new.estimatedRows);
  if (rows <= SMALL_ROWS) return wholeTable(work, mostShown);
  const samples = (work.checkpoint.samples ??= (await sortedKeys(work)) ?? null);
  return samples === null ? byBuckets(work, rows, mostShown) : byKeyRanges(work, samples, rows, mostShown);
}

async function wholeTable(work: Work, mostShown: number): Promise<Found> {
  const { checkpoint, pairing, sides, meter } = work;
  const start = (which: 0 | 1): TotalsScan => ({
    parts: new PageParts(pairing[which === 0 ? 'old' : 'new'].heaps, sides[which].version),
    totals: NO_ROWS,
  });
  const scans = (checkpoint.totals ??= [start(0), start(1)]);
  const [old, next] = await both(work, (which, side, sql) => tableTotals(side, sql, scans[which], meter));
  const differences = new Differences(mostShown);
  if (!sameTotals(old, next))
    await locate(work, differences, (sql) => ({ rank: sql.keyHash, conditions: [] }));
  return found(old, next, differences);
}

async function byBuckets(work: Work, rows: number, mostShown: number): Promise<Found> {
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(1, rows / ROWS_PER_BUCKET)));
  const count = Math.min(MOST_BUCKETS, Math.max(64, wanted));
  const { checkpoint, pairing, sides, meter } = work;
  const start = (which: 0 | 1): BucketScan => ({
    parts: new PageParts(pairing[which === 0 ? 'old' : 'new'].heaps, sides[which].version),
    buckets: emptyBuckets(count),
  });
  const scans = (checkpoint.buckets ??= [start(0), start(1)]);
  const [old, next] = await both(work, (which, side, sql) => bucketTotals(side, sql, scans[which], meter));
  const different: number[] = [];
  let [oldRows, newRows] = [0n, 0n];
  for (let bucket = 0; bucket < count; bucket += 1) {
    oldRows += BigInt(old.rows[bucket] ?? 0);
    newRows += BigInt(next.rows[bucket] ?? 0);
    const same =
      old.rows[bucket] === next.rows[bucket] &&
      old.sums[bucket] === next.sums[bucket] &&
      old.seconds[bucket] === next.seconds[bucket];
    if (!same) different.push(bucket);
  }
  const differences = new Differences(mostShown);
  if (different.length > 0) {
    const all = different.length === count;
    // A subquery is hashed by every version; a long list is searched one by one before 14.
    const wanted = `in (select unnest('{${different.join(',')}}'::int8[]))`;
    await locate(work, differences, (sql) => ({
      rank: sql.keyHash,
      conditions: all ? [] : [`${bucketOf(sql, count)} ${wanted}`],
    }));
  }
  return { old: oldRows, new: newRows, differences };
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
  const totals = (work.checkpoint.ranges ??= new RangeScan(samples, rows));
  await scanRanges(totals, work.sides, work.sql, keys, work.meter);
  const differences = new Differences(mostShown);
  let wholeUnits = false;
  for (const unit of totals.different) {
    const ranges: readonly KeyRange[] = wholeUnits
      ? [unit]
      : await differingRanges(work, keys, unit, samples);
    // When nearly everything differs, narrowing it down only reads it once more.
    wholeUnits ||= ranges.length === 1 && ranges[0] === unit;
    await locateRanges(work, keys, ranges, differences);
  }
  return found(...totals.whole, differences);
}

/** The parts of one differing unit that differ. */
async function differingRanges(
  work: Work,
  keys: readonly [string, string],
  unit: RangeTotals,
  samples: readonly bigint[],
): Promise<readonly KeyRange[]> {
  const unitRows = unit.old.rows > unit.new.rows ? unit.old.rows : unit.new.rows;
  if (unitRows <= BigInt(SMALL_ROWS)) return [unit];
  const ends = samples.filter(
    (key) => (unit.lo === undefined || key >= unit.lo) && (unit.hi === undefined || key < unit.hi),
  );
  const lo = unit.lo ?? ends.reduce((least, key) => (key < least ? key : least), ends[0] ?? 0n);
  const hi = unit.hi ?? ends.reduce((most, key) => (key > most ? key : most), ends[0] ?? lo) + 1n;
  const buckets = unitRows / BigInt(ROWS_PER_BUCKET) + 1n;
  const width = (hi - lo) / buckets + 1n;
  // Open ends get buckets of their own: width_bucket counts what lies below as 0 and above as one more.
  const bounds = Array.from({ length: Number(buckets) + 1 }, (_, index) => lo + width * BigInt(index));
  const sums = async (which: 0 | 1): Promise<Map<number, string>> => {
    const result = new Map<number, string>();
    const sql = work.sql[which];
    // Division rather than width_bucket over an array: the cost must not grow with the number of buckets.
    const place = `case when ${keys[which]} < '${lo}'::int8 then 0 when ${keys[which]} >= '${bounds.at(-1) ?? hi}'::int8 then ${buckets + 1n}
      else 1 + (${keys[which]}::int8 - '${lo}'::int8) / '${width}'::int8 end`;
    const tasks = [0];
    await work.sides[which].each(
      () => tasks.pop(),
      async (session) => {
        const { rows } = await session.client.query<{
          place: string;
          n: string;
          sum: string;
          second: string | null;
        }>(
          `select (${place})::text as place, ${sql.totals} ${sql.source(undefined, ...rangeCondition(keys[which], unit))} group by 1`,
        );
        result.clear();
        for (const row of rows) result.set(Number(row.place), `${row.n}/${row.sum}/${row.second ?? ''}`);
      },
    );
    return result;
  };
  const [old, next] = await allSettled<[Map<number, string>, Map<number, string>]>([sums(0), sums(1)]);
  const places = [...new Set([...old.keys(), ...next.keys()])]
    .filter((place) => old.get(place) !== next.get(place))
    .sort((a, b) => a - b);
  if (places.length * 2 > Math.max(old.size, next.size)) return [unit];
  return places.map((place) => ({
    lo: place === 0 ? unit.lo : bounds[place - 1],
    hi: place > Number(buckets) ? unit.hi : least(bounds[place], unit.hi),
  }));
}

async function locateRanges(
  work: Work,
  keys: readonly [string, string],
  ranges: readonly KeyRange[],
  differences: Differences,
): Promise<void> {
  const [first] = ranges;
  if (first === undefined) throw new Error('a unit differs, but none of its parts does');
  if (ranges.length === 1) {
    await locate(work, differences, (_, which) => ({
      rank: `(${keys[which]})::int8`,
      conditions: rangeCondition(keys[which], first),
    }));
    return;
  }
  // A lateral join that can't be flattened: one index range scan for each of the ranges, in one statement.
  const values = ranges.map((range) => `(${bound(range.lo)}, ${bound(range.hi)})`).join(', ');
  await locate(work, differences, (_, which) => ({
    rank: `(${keys[which]})::int8`,
    // An "or" over an open end would keep the index from stopping there.
    conditions: [
      `${keys[which]} >= coalesce(r.lo, '-9223372036854775808'::int8)`,
      `${keys[which]} <= coalesce(r.hi - 1, '9223372036854775807'::int8)`,
    ],
    ranges: `(values ${values}) r(lo, hi)`,
  }));
}

/** A part must not reach into the next unit: its rows would be counted twice. */
function least(a: bigint | undefined, b: bigint | undefined): bigint | undefined {
  return a === undefined || (b !== undefined && b < a) ? b : a;
}

function bound(key: bigint | undefined): string {
  return key === undefined ? 'null::int8' : `'${key}'::int8`;
}

interface Choice {
  /** SQL of a number by which both sides are ordered. */
  readonly rank: string;
  readonly conditions: readonly string[];
  readonly ranges?: string;
}

/** Reads keys and hashes of the chosen rows on both sides and compares them one by one. */
async function locate(
  work: Work,
  differences: Differences,
  choose: (sql: SideSql, which: 0 | 1) => Choice,
): Promise<void> {
  const query = (which: 0 | 1): string => {
    const sql = work.sql[which];
    const { rank, conditions, ranges } = choose(sql, which);
    const rows = `select (${rank}) as rank, ${sql.hashText} as hash, ${sql.later} as later${sql.keyColumns} ${sql.source(undefined, ...conditions)}`;
    const from =
      ranges === undefined ? rows : `select x.* from ${ranges} cross join lateral (${rows} offset 0) x`;
    return `select y.* from (${from}) y order by y.rank`;
  };
  const session = (side: Side): Session => side.main;
  await mergeRows(
    { session: session(work.sides[0]), sql: query(0) },
    { session: session(work.sides[1]), sql: query(1) },
    differences,
  );
}

async function both<T>(
  work: Work,
  ask: (which: 0 | 1, side: Side, sql: SideSql) => Promise<T>,
): Promise<readonly [T, T]> {
  return allSettled<[T, T]>([ask(0, work.sides[0], work.sql[0]), ask(1, work.sides[1], work.sql[1])]);
}

function found(old: Totals, next: Totals, differences: Differences): Found {
  return { old: old.rows, new: next.rows, differences };
}
