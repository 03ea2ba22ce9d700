import type { Heap } from '../catalog.ts';
import type { Session } from '../session.ts';
import { sqlState } from '../unreadable.ts';
import type { SideSql } from './hashing.ts';
import { Pace } from './pace.ts';
import type { Side } from './side.ts';
import { add, NO_ROWS, parseTotals, type Totals, type TotalsRow } from './totals.ts';

/** A part of a table that is read in one statement. */
interface Part {
  readonly from: string | undefined;
  readonly condition: string | undefined;
  /** Pages of this part; 0 when it is the whole table. */
  readonly pages: number;
  readonly start: number;
  readonly heap: Heap | undefined;
}

const LAST_PAGE = 4294967295;
const FIRST_PAGES = 1024;

/** Hands out the pages of a table's heaps in ranges of a size that follows the pace. */
function pageRanges(
  heaps: readonly Heap[],
  pace: Pace,
): { next: () => Part | undefined; again: (part: Part) => void } {
  const open = heaps.map((heap) => ({ heap, from: 0, to: heap.pages }));
  const next = (): Part | undefined => {
    const range = open[0];
    if (range === undefined) return undefined;
    const pages = Math.min(range.to - range.from, Math.round(pace.size));
    const start = range.from;
    const to = start + pages;
    const last = to >= range.heap.pages;
    if (to >= range.to) open.shift();
    else range.from = to;
    // The last range has no end, so that no page can lie beyond it.
    const end = last ? LAST_PAGE : to;
    return {
      from: range.heap.from,
      condition: `t.ctid >= '(${start},0)'::tid and t.ctid < '(${end},0)'::tid`,
      pages: Math.max(1, pages),
      start,
      heap: range.heap,
    };
  };
  const again = (part: Part): void => {
    if (part.heap !== undefined)
      open.unshift({ heap: part.heap, from: part.start, to: part.start + part.pages });
  };
  return { next, again };
}

/**
 * Runs a query over all parts of a table on one side: ranges of pages on as many workers as the side has, or the
 * whole table in one statement where its pages can't be addressed (views, foreign tables, before PostgreSQL 14).
 */
async function eachPart(
  side: Side,
  heaps: readonly Heap[],
  work: (session: Session, part: Part) => Promise<void>,
): Promise<void> {
  if (heaps.length === 0 || side.version < 140000) {
    const parts: Part[] = [{ from: undefined, condition: undefined, pages: 0, start: 0, heap: undefined }];
    await side.each(() => parts.shift(), work);
    return;
  }
  const pace = new Pace(FIRST_PAGES, 1);
  const { next, again } = pageRanges(heaps, pace);
  const tooLong: Part[] = [];
  await side.each(
    () => {
      for (const part of tooLong.splice(0)) again(part);
      return next();
    },
    async (session, part) => {
      await session.client.query('savepoint part');
      const started = performance.now();
      try {
        await work(session, part);
        await session.client.query('release savepoint part');
      } catch (error) {
        if (sqlState(error) !== '57014' || !pace.tooMuch(part.pages)) throw error;
        await session.client.query('rollback to savepoint part');
        tooLong.push(part);
        return;
      }
      pace.took(part.pages, performance.now() - started);
    },
  );
}

/** Rows and hash sums of a whole table. */
export async function tableTotals(side: Side, sql: SideSql, heaps: readonly Heap[]): Promise<Totals> {
  let totals = NO_ROWS;
  await eachPart(side, heaps, async (session, part) => {
    const { rows } = await session.client.query<TotalsRow>(
      `select ${sql.totals} ${sql.source(part.from, ...(part.condition === undefined ? [] : [part.condition]))}`,
    );
    totals = add(totals, parseTotals(rows[0]));
  });
  return totals;
}

/** Totals by bucket of the key's hash, in flat memory. */
export interface Buckets {
  readonly rows: Float64Array;
  /** Sums modulo 2^64. */
  readonly sums: BigInt64Array;
  readonly seconds: BigInt64Array;
}

/** Rows and hash sums by bucket: the same rows are in the same bucket wherever and in whatever order they are stored. */
export async function bucketTotals(
  side: Side,
  sql: SideSql,
  heaps: readonly Heap[],
  count: number,
): Promise<Buckets> {
  const buckets: Buckets = {
    rows: new Float64Array(count),
    sums: new BigInt64Array(count),
    seconds: new BigInt64Array(count),
  };
  await eachPart(side, heaps, async (session, part) => {
    const { rows } = await session.client.query<TotalsRow & { bucket: string }>(
      `select ${bucketOf(sql, count)}::text as bucket, ${sql.totals} ${sql.source(part.from, ...(part.condition === undefined ? [] : [part.condition]))} group by 1`,
    );
    for (const row of rows) {
      const totals = parseTotals(row);
      const bucket = Number(row.bucket);
      buckets.rows[bucket] = (buckets.rows[bucket] ?? 0) + Number(totals.rows);
      // The array keeps 64 bits, so this addition wraps around by itself.
      buckets.sums[bucket] = (buckets.sums[bucket] ?? 0n) + totals.sum;
      buckets.seconds[bucket] = (buckets.seconds[bucket] ?? 0n) + totals.second;
    }
  });
  return buckets;
}

/** The bucket of a row; `count` is a power of two. */
export function bucketOf(sql: SideSql, count: number): string {
  return `(${sql.keyHash} & ${count - 1})`;
}
