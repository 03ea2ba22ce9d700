import type { Heap } from '../catalog.ts';
import { allSettled } from './all-settled.ts';
import { sqlState } from '../unreadable.ts';
import type { SideSql } from './hashing.ts';
import { Pace } from './pace.ts';
import type { Side } from './side.ts';
import { add, NO_ROWS, parseTotals, type Totals, type TotalsRow } from './totals.ts';

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

/** Totals of both sides by key ranges, and only those of the ranges that differ are kept. */
export async function rangeTotals(
  sides: readonly [Side, Side],
  sql: readonly [SideSql, SideSql],
  keys: readonly [string, string],
  samples: readonly bigint[],
  estimatedRows: number,
): Promise<{ readonly old: Totals; readonly new: Totals; readonly different: readonly RangeTotals[] }> {
  const cutter = new Cutter(samples, estimatedRows);
  const found = [new Map<number, Totals>(), new Map<number, Totals>()] as const;
  const whole: [Totals, Totals] = [NO_ROWS, NO_ROWS];
  const different: RangeTotals[] = [];
  const settle = (index: number): void => {
    const [old, next] = [found[0].get(index), found[1].get(index)];
    const range = cutter.ranges[index];
    if (old === undefined || next === undefined || range === undefined) return;
    found[0].delete(index);
    found[1].delete(index);
    whole[0] = add(whole[0], old);
    whole[1] = add(whole[1], next);
    if (old.rows !== next.rows || old.sum !== next.sum || old.second !== next.second) {
      different.push({ ...range, old, new: next });
    }
  };
  const scan = async (which: 0 | 1): Promise<void> => {
    let index = 0;
    await sides[which].each(
      () => {
        const range = cutter.get(index);
        return range === undefined ? undefined : { index: index++, range };
      },
      async (session, task) => {
        const started = performance.now();
        const total = async (range: KeyRange): Promise<Totals> => {
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
            return add(await total(halves[0]), await total(halves[1]));
          }
        };
        found[which].set(task.index, await total(task.range));
        cutter.pace.took(task.range.size, performance.now() - started);
        settle(task.index);
      },
    );
  };
  await allSettled<[void, void]>([scan(0), scan(1)]);
  if (found[0].size + found[1].size > 0) throw new Error('some key ranges were read on one side only');
  return { old: whole[0], new: whole[1], different };
}

function halve(range: KeyRange): readonly [KeyRange, KeyRange] | undefined {
  if (range.lo === undefined || range.hi === undefined || range.hi - range.lo < 2n) return undefined;
  const middle = (range.lo + range.hi) / 2n;
  return [
    { lo: range.lo, hi: middle },
    { lo: middle, hi: range.hi },
  ];
}
