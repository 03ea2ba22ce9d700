import type { Heap } from '../catalog.ts';
import { allSettled } from './all-settled.ts';
import type { Session } from '../session.ts';
import { sqlState } from '../unreadable.ts';
import type { SideSql } from './hashing.ts';
import type { Meter } from './meter.ts';
import { Pace } from './pace.ts';
import type { Side } from './side.ts';
import { add, NO_ROWS, parseTotals, sameTotals, type Totals, type TotalsRow } from './totals.ts';

/** Keys from `lo` up to but without `hi`; undefined is an open end. */
export interface KeyRange {
  readonly lo: bigint | undefined;
  readonly hi: bigint | undefined;
}

export function rangeCondition(key: string, range: KeyRange): string[] {
  return [
    ...(range.lo === undefined ? [] : [`${key} >= '${range.lo}'::int8`]),
    ...(range.hi === undefined ? [] : [`${key} < '${range.hi}'::int8`]),
  ];
}

const SAMPLED_PAGES = 400;

/** The keys of the first row on pages spread over a heap, in physical order: where the keys are, and how sorted. */
export async function sampleKeys(side: Side, heap: Heap, key: string): Promise<readonly bigint[]> {
  const step = Math.max(1, heap.pages / SAMPLED_PAGES);
  const places: string[] = [];
  for (let page = 0; page < heap.pages; page += step) places.push(`(${Math.floor(page)},1)`);
  const { rows } = await side.main.client.query<{ key: string }>(
    `select (${key})::int8::text as key from ${heap.from} t where t.ctid = any($1::tid[]) order by t.ctid`,
    [places],
  );
  return rows.map((row) => BigInt(row.key));
}

/** Whether reading in order of the key reads the heap more or less in order too. */
export function isSorted(keys: readonly bigint[]): boolean {
  if (keys.length < 20) return false;
  let rising = 0;
  for (let index = 1; index < keys.length; index += 1) {
    if ((keys[index] ?? 0n) >= (keys[index - 1] ?? 0n)) rising += 1;
  }
  return rising / (keys.length - 1) > 0.95;
}

/** One range on both sides: what each of them counted. */
export interface RangeTotals extends KeyRange {
  readonly old: Totals;
  readonly new: Totals;
}

/**
 * Cuts the key space into ranges, one after another, as wide as the pace of the slower side allows. The sampled keys
 * say where the rows are, so gaps and clusters of keys make neither empty nor endless units.
 */
class Cutter {
  readonly ranges: KeyRange[] = [];
  readonly pace: Pace;
  private readonly sorted: readonly bigint[];
  private at = 0;
  private lo: bigint | undefined;
  private finished = false;

  constructor(samples: readonly bigint[], rows: number) {
    this.sorted = [...samples].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    // Sizes are shares of the sample; the first unit has about 100,000 rows.
    this.pace = new Pace((100_000 / Math.max(rows, 1)) * this.sorted.length, 0.001);
  }

  /** The range with this index, cut now if nobody asked for it before. */
  get(index: number): (KeyRange & { readonly size: number }) | undefined {
    while (!this.finished && this.ranges.length <= index) this.cut();
    const range = this.ranges[index];
    return range === undefined ? undefined : { ...range, size: this.pace.size };
  }

  private cut(): void {
    const to = this.at + this.pace.size;
    const hi = to >= this.sorted.length - 1 ? undefined : this.keyAt(to);
    this.finished = hi === undefined;
    this.at = to;
    // Two cuts inside one key would make an empty range.
    if (hi !== undefined && this.lo !== undefined && hi <= this.lo) return;
    this.ranges.push({ lo: this.lo, hi });
    this.lo = hi;
  }

  private keyAt(place: number): bigint {
    const index = Math.floor(place);
    const a = this.sorted[index] ?? 0n;
    const b = this.sorted[index + 1] ?? a;
    return a + ((b - a) * BigInt(Math.floor((place - index) * 1024))) / 1024n;
  }
}

/** A first pass over both sides by key ranges, as far as it got. Only totals of ranges that differ are kept. */
export class RangeScan {
  readonly whole: [Totals, Totals] = [NO_ROWS, NO_ROWS];
  readonly different: RangeTotals[] = [];
  private readonly cutter: Cutter;
  private readonly read = [new Map<number, Totals>(), new Map<number, Totals>()] as const;
  private readonly unread: readonly [number[], number[]] = [[], []];
  private readonly next: [number, number] = [0, 0];

  constructor(samples: readonly bigint[], estimatedRows: number) {
    this.cutter = new Cutter(samples, estimatedRows);
  }

  /** Whether this side has a range that nobody works on. */
  any(which: 0 | 1): boolean {
    return this.unread[which].length > 0 || this.cutter.get(this.next[which]) !== undefined;
  }

  take(
    which: 0 | 1,
  ): { readonly index: number; readonly range: KeyRange; readonly size: number } | undefined {
    const index = this.unread[which].shift() ?? this.next[which]++;
    const range = this.cutter.get(index);
    return range === undefined ? undefined : { index, range, size: this.cutter.pace.size };
  }

  putBack(which: 0 | 1, index: number): void {
    this.unread[which].push(index);
  }

  keep(which: 0 | 1, index: number, totals: Totals): void {
    this.read[which].set(index, totals);
    const [old, next] = [this.read[0].get(index), this.read[1].get(index)];
    const range = this.cutter.ranges[index];
    if (old === undefined || next === undefined || range === undefined) return;
    for (const side of this.read) side.delete(index);
    this.whole[0] = add(this.whole[0], old);
    this.whole[1] = add(this.whole[1], next);
    if (!sameTotals(old, next)) this.different.push({ ...range, old, new: next });
  }

  took(size: number, ms: number): void {
    this.cutter.pace.took(size, ms);
  }

  get complete(): boolean {
    return this.read[0].size + this.read[1].size === 0 && !this.any(0) && !this.any(1);
  }
}

/** Reads all ranges that were not read yet. What was read stays in the scan, also when a connection is lost. */
export async function scanRanges(
  scan: RangeScan,
  sides: readonly [Side, Side],
  sql: readonly [SideSql, SideSql],
  keys: readonly [string, string],
  meter: Meter,
): Promise<void> {
  const total = async (session: Session, which: 0 | 1, range: KeyRange): Promise<Totals> => {
    await session.client.query('savepoint part');
    try {
      const { rows } = await session.client.query<TotalsRow>(
        `select ${sql[which].totals} ${sql[which].source(undefined, ...rangeCondition(keys[which], range))}`,
      );
      await session.client.query('release savepoint part');
      return parseTotals(rows[0]);
    } catch (error) {
      const halves = sqlState(error) === '57014' ? halve(range) : undefined;
      if (halves === undefined) throw error;
      await session.client.query('rollback to savepoint part');
      return add(await total(session, which, halves[0]), await total(session, which, halves[1]));
    }
  };
  const one = async (which: 0 | 1): Promise<void> => {
    await sides[which].each(
      () => (scan.any(which) ? true : undefined),
      async (session) => {
        const task = scan.take(which);
        if (task === undefined) return;
        const started = performance.now();
        let totals: Totals;
        try {
          totals = await total(session, which, task.range);
        } catch (error) {
          scan.putBack(which, task.index);
          throw error;
        }
        scan.took(task.size, performance.now() - started);
        scan.keep(which, task.index, totals);
        meter.read(sides[which].name, Number(totals.rows));
      },
    );
  };
  await allSettled<[void, void]>([one(0), one(1)]);
  if (!scan.complete) throw new Error('some key ranges were read on one side only');
}

function halve(range: KeyRange): readonly [KeyRange, KeyRange] | undefined {
  if (range.lo === undefined || range.hi === undefined || range.hi - range.lo < 2n) return undefined;
  const middle = (range.lo + range.hi) / 2n;
  return [
    { lo: range.lo, hi: middle },
    { lo: middle, hi: range.hi },
  ];
}
