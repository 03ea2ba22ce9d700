import { allSettled } from './all-settled.ts';
import type { KeyRange } from './cut-keys.ts';
import type { Differences } from './differences.ts';
import type { Work } from './work.ts';
import { locate } from './locate.ts';
import { bounds, differingParts, inRange, partTotals, type RangeTotals } from './scan-keys.ts';
import type { Totals } from './totals.ts';

/** Differing ranges are read again in parts of so many rows, and those of them that differ in parts of fewer. */
const ROWS_PER_PART = [128, 8];
/** So few rows travel without further reading. */
const FEW_ROWS = 2000;
/** Rows that are narrowed down in one statement; their parts are held in memory meanwhile. */
const ROWS_AT_ONCE = 100_000;

/**
 * Compares the rows of ranges that differ. Those are read once more in finer parts, and only the rows of parts that
 * differ travel.
 */
export async function locateDifferent(
  work: Work,
  keys: readonly [string, string],
  different: readonly RangeTotals[],
  samples: readonly bigint[],
  differences: Differences,
): Promise<void> {
  let worthwhile = true;
  for (const batch of batches([...different].sort(byLowEnd))) {
    let ranges = batch;
    for (const rows of ROWS_PER_PART) {
      if (!worthwhile || ranges.reduce((sum, range) => sum + rowsOf(range), 0) <= FEW_ROWS) break;
      const parts = ranges.flatMap((range) => finer(range, rows, samples));
      ranges = await stillDifferent(work, keys, parts);
      if (ranges.length === 0) throw new Error('a range differs, but none of its parts does');
      // When nearly everything differs, narrowing it down only reads it once more.
      worthwhile = ranges.reduce((sum, range) => sum + range.parts, 0) * 2 <= parts.length;
    }
    await locateRanges(work, keys, ranges, differences);
  }
}

function byLowEnd(a: KeyRange, b: KeyRange): number {
  if (a.lo === undefined || b.lo === undefined) return a.lo === b.lo ? 0 : a.lo === undefined ? -1 : 1;
  return a.lo < b.lo ? -1 : a.lo > b.lo ? 1 : 0;
}

function* batches(ranges: readonly RangeTotals[]): Generator<readonly RangeTotals[]> {
  let batch: RangeTotals[] = [];
  let rows = 0;
  for (const range of ranges) {
    if (batch.length > 0 && rows + rowsOf(range) > ROWS_AT_ONCE) {
      yield batch;
      [batch, rows] = [[], 0];
    }
    batch.push(range);
    rows += rowsOf(range);
  }
  if (batch.length > 0) yield batch;
}

function rowsOf(range: RangeTotals): number {
  return Number(range.old.rows > range.new.rows ? range.old.rows : range.new.rows);
}

/** A range in parts of equal width; an open end begins at the outermost sampled key. */
function finer(range: RangeTotals, rows: number, samples: readonly bigint[]): readonly KeyRange[] {
  const count = BigInt(Math.ceil(rowsOf(range) / rows));
  const open = range.lo === undefined || range.hi === undefined;
  const inside = open
    ? samples.filter((key) => key >= (range.lo ?? key) && (range.hi === undefined || key < range.hi))
    : [];
  const [first, last] = [
    range.lo ?? extreme(inside, range.hi ?? 0n, (a, b) => a < b),
    range.hi ?? extreme(inside, range.lo ?? 0n, (a, b) => a > b) + 1n,
  ];
  const parts: KeyRange[] = [];
  let lo = range.lo;
  for (let part = 1n; part < count; part += 1n) {
    const hi = first + ((last - first) * part) / count;
    // Fewer keys than parts: two cuts inside one key would make an empty part.
    if (hi <= (lo ?? first)) continue;
    parts.push({ lo, hi });
    lo = hi;
  }
  return [...parts, { lo, hi: range.hi }];
}

function extreme(
  keys: readonly bigint[],
  otherwise: bigint,
  before: (a: bigint, b: bigint) => boolean,
): bigint {
  return keys.reduce((found, key) => (before(key, found) ? key : found), keys[0] ?? otherwise);
}

async function stillDifferent(
  work: Work,
  keys: readonly [string, string],
  parts: readonly KeyRange[],
): Promise<readonly RangeTotals[]> {
  const read = async (which: 0 | 1): Promise<readonly Totals[]> => {
    let totals: readonly Totals[] = [];
    const tasks = [parts];
    await work.sides[which].each(
      () => tasks.pop(),
      async (session, task) => {
        totals = await partTotals(session, work.sql[which], keys[which], task);
      },
    );
    return totals;
  };
  const [old, next] = await allSettled<[readonly Totals[], readonly Totals[]]>([read(0), read(1)]);
  return differingParts(parts, old, next);
}

async function locateRanges(
  work: Work,
  keys: readonly [string, string],
  ranges: readonly KeyRange[],
  differences: Differences,
): Promise<void> {
  const array = (end: 'lo' | 'hi'): string =>
    `'{${bounds(ranges, end)
      .map((key) => key ?? 'null')
      .join(',')}}'::int8[]`;
  await locate(work, differences, (_, which) => ({
    rank: `(${keys[which]})::int8`,
    rankIsKey: true,
    conditions: inRange(keys[which]),
    ranges: `unnest(${array('lo')}, ${array('hi')}) r(lo, hi)`,
  }));
}
