import type { Heap } from '../catalog.ts';
import type { Session } from '../session.ts';
import { sqlState } from '../unreadable.ts';
import type { SideSql } from './hashing.ts';
import type { Meter } from './meter.ts';
import { Pace } from './pace.ts';
import type { Side } from './side.ts';
import { add, hasSum, parseTotals, type Totals, type TotalsRow } from './totals.ts';

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

/** The parts of one side of a table, in work units whose size follows the pace, and which of them are done. */
export class PageParts {
  private readonly pace = new Pace(FIRST_PAGES, 1);
  private readonly open: { readonly heap: Heap; from: number; readonly to: number }[];
  private whole: Part | undefined;

  constructor(heaps: readonly Heap[], version: number) {
    // Without ranges of pages (views, foreign tables, before 14) the table is read in one statement.
    const addressable = heaps.length > 0 && version >= 140000;
    this.open = addressable ? heaps.map((heap) => ({ heap, from: 0, to: heap.pages })) : [];
    if (!addressable)
      this.whole = { from: undefined, condition: undefined, pages: 0, start: 0, heap: undefined };
  }

  /** Whether there is a part that nobody works on. */
  get any(): boolean {
    return this.whole !== undefined || this.open.length > 0;
  }

  next(): Part | undefined {
    const part = this.whole ?? this.cut();
    this.whole = undefined;
    return part;
  }

  private cut(): Part | undefined {
    const range = this.open[0];
    if (range === undefined) return undefined;
    const pages = Math.min(range.to - range.from, Math.round(this.pace.size));
    const start = range.from;
    const to = start + pages;
    const last = to >= range.heap.pages;
    if (to >= range.to) this.open.shift();
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
  }

  took(part: Part, ms: number): void {
    if (part.heap !== undefined) this.pace.took(part.pages, ms);
  }

  /** Takes back a part that nobody finished. */
  putBack(part: Part): void {
    if (part.heap === undefined) this.whole = part;
    else this.open.unshift({ heap: part.heap, from: part.start, to: part.start + part.pages });
  }

  /** From now on, parts are smaller. @returns false when a part can't be */
  tooMuch(part: Part): boolean {
    return part.heap !== undefined && this.pace.tooMuch(part.pages);
  }
}

/**
 * Runs a query over all parts that are not done yet, on as many workers as the side has. What it read is kept only when
 * nothing can fail any more: a part is either done and counted once, or put back.
 */
async function eachPart(
  side: Side,
  parts: PageParts,
  read: (session: Session, part: Part) => Promise<() => void>,
): Promise<void> {
  await side.each(
    () => (parts.any ? true : undefined),
    async (session) => {
      for (let finished = false; !finished;) {
        const part = parts.next();
        if (part === undefined) return;
        try {
          finished = await readPart(session, parts, part, read);
        } catch (error) {
          parts.putBack(part);
          throw error;
        }
        if (!finished) parts.putBack(part);
      }
    },
  );
}

/** @returns false when the part was too long for one statement */
async function readPart(
  session: Session,
  parts: PageParts,
  part: Part,
  read: (session: Session, part: Part) => Promise<() => void>,
): Promise<boolean> {
  await session.client.query('savepoint part');
  const started = performance.now();
  let keep: () => void;
  try {
    keep = await read(session, part);
  } catch (error) {
    if (sqlState(error) !== '57014' || !parts.tooMuch(part)) throw error;
    await session.client.query('rollback to savepoint part');
    return false;
  }
  parts.took(part, performance.now() - started);
  await session.client.query('release savepoint part');
  keep();
  return true;
}

/** A first pass over one side of a table, as far as it got. */
export interface TotalsScan {
  readonly parts: PageParts;
  totals: Totals;
}

/** Rows and hash sums of a whole table. */
export async function tableTotals(side: Side, sql: SideSql, scan: TotalsScan, meter: Meter): Promise<Totals> {
  await eachPart(side, scan.parts, async (session, part) => {
    const { rows } = await session.client.query<TotalsRow>(
      `select ${sql.totals} ${sql.source(part.from, ...(part.condition === undefined ? [] : [part.condition]))}`,
    );
    const totals = parseTotals(rows[0]);
    return () => {
      scan.totals = add(scan.totals, totals);
      meter.read(side.name, Number(totals.rows));
    };
  });
  return scan.totals;
}

/** Totals by bucket of the row's hash, in flat memory. */
export interface Buckets {
  readonly rows: Float64Array;
  /** Sums modulo 2^64. */
  readonly sums: BigInt64Array;
  readonly seconds: BigInt64Array;
}

export interface BucketScan {
  readonly parts: PageParts;
  readonly buckets: Buckets;
}

export function emptyBuckets(count: number): Buckets {
  return {
    rows: new Float64Array(count),
    sums: new BigInt64Array(count),
    seconds: new BigInt64Array(count),
  };
}

/**
 * Rows and hash sums by bucket of the row's hash: the same rows are in the same bucket wherever and in whatever order
 * they are stored. A row that was changed is in one bucket on old and in another one on new, and both differ.
 */
export async function bucketTotals(
  side: Side,
  sql: SideSql,
  scan: BucketScan,
  meter: Meter,
): Promise<Buckets> {
  const { buckets } = scan;
  const count = buckets.rows.length;
  const second = sql.second === undefined ? 'null::int8' : sql.second;
  await eachPart(side, scan.parts, async (session, part) => {
    const source = sql.source(part.from, ...(part.condition === undefined ? [] : [part.condition]));
    // Each hash is made once, below "offset 0"; groups are numbers, and text only once they are few.
    const { rows } = await session.client.query<TotalsRow & { bucket: string }>(
      `select y.bucket::text, y.n::text, y.sum::text, y.second::text from (
         select ${inBucket('x.first', count)} as bucket, count(*) as n, sum(x.first) as sum, sum(x.second) as second
           from (select ${sql.first} as first, ${second} as second ${source} offset 0) x group by 1) y`,
    );
    // Before anything is kept; and nothing is made of the rows yet, which would take more memory than they do.
    for (const row of rows) hasSum(row);
    return () => {
      for (const row of rows) {
        const bucket = Number(row.bucket);
        buckets.rows[bucket] = (buckets.rows[bucket] ?? 0) + Number(row.n);
        // The array keeps 64 bits, so this addition wraps around by itself.
        buckets.sums[bucket] = (buckets.sums[bucket] ?? 0n) + BigInt(row.sum ?? '0');
        buckets.seconds[bucket] = (buckets.seconds[bucket] ?? 0n) + BigInt(row.second ?? '0');
      }
      meter.worked();
    };
  });
  return buckets;
}

/** The bucket of a row by its hash; `count` is a power of two. A NULL, which no hash may be, makes no bucket. */
export function inBucket(hash: string, count: number): string {
  return `(${hash} & ${count - 1})`;
}
