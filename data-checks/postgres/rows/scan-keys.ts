import { allSettled } from './all-settled.ts';
import { Cutter, type KeyRange, type Unit } from './cut-keys.ts';
import type { Session } from '../session.ts';
import { sqlState } from '../unreadable.ts';
import type { SideSql } from './hashing.ts';
import type { Meter } from './meter.ts';
import type { Side } from './side.ts';
import { add, NO_ROWS, parseTotals, sameTotals, type Totals, type TotalsRow } from './totals.ts';

/** A range that differs: what each side counted in it, and how many parts it was read in. */
export interface RangeTotals extends KeyRange {
  readonly old: Totals;
  readonly new: Totals;
  readonly parts: number;
}

/** A first pass over both sides by key ranges, as far as it got. Only totals of ranges that differ are kept. */
export class RangeScan {
  readonly whole: [Totals, Totals] = [NO_ROWS, NO_ROWS];
  readonly different: RangeTotals[] = [];
  private readonly cutter: Cutter;
  private readonly read = [
    new Map<number, readonly Totals[]>(),
    new Map<number, readonly Totals[]>(),
  ] as const;
  private readonly unread: readonly [number[], number[]] = [[], []];
  private readonly next: [number, number] = [0, 0];

  constructor(samples: readonly bigint[], estimatedRows: number) {
    this.cutter = new Cutter(samples, estimatedRows);
  }

  /** Whether this side has a unit that nobody works on. */
  any(which: 0 | 1): boolean {
    return this.unread[which].length > 0 || this.cutter.get(this.next[which]) !== undefined;
  }

  take(which: 0 | 1): { readonly index: number; readonly unit: Unit } | undefined {
    const index = this.unread[which].shift() ?? this.next[which]++;
    const unit = this.cutter.get(index);
    return unit === undefined ? undefined : { index, unit };
  }

  putBack(which: 0 | 1, index: number): void {
    this.unread[which].push(index);
  }

  keep(which: 0 | 1, index: number, totals: readonly Totals[]): void {
    this.read[which].set(index, totals);
    const [old, next] = [this.read[0].get(index), this.read[1].get(index)];
    const unit = this.cutter.units[index];
    if (old === undefined || next === undefined || unit === undefined) return;
    for (const side of this.read) side.delete(index);
    const different = differingParts(unit.parts, old, next);
    this.different.push(...different);
    for (const total of old) this.whole[0] = add(this.whole[0], total);
    for (const total of next) this.whole[1] = add(this.whole[1], total);
  }

  took(size: number, ms: number): void {
    this.cutter.pace.took(size, ms);
  }

  get complete(): boolean {
    return this.read[0].size + this.read[1].size === 0 && !this.any(0) && !this.any(1);
  }
}

/** The parts whose totals differ; neighbours are one range, so that a table in which all differs takes no memory. */
export function differingParts(
  parts: readonly KeyRange[],
  old: readonly Totals[],
  next: readonly Totals[],
): readonly RangeTotals[] {
  const found: RangeTotals[] = [];
  parts.forEach((part, index) => {
    const [a, b] = [old[index], next[index]];
    if (a === undefined || b === undefined) throw new Error('a part of a unit has no totals');
    if (sameTotals(a, b)) return;
    const before = found.at(-1);
    if (before === undefined || before.hi !== part.lo) {
      found.push({ ...part, old: a, new: b, parts: 1 });
      return;
    }
    found[found.length - 1] = {
      lo: before.lo,
      hi: part.hi,
      old: add(before.old, a),
      new: add(before.new, b),
      parts: before.parts + 1,
    };
  });
  return found;
}

/** Reads all units that were not read yet. What was read stays in the scan, also when a connection is lost. */
export async function scanRanges(
  scan: RangeScan,
  sides: readonly [Side, Side],
  sql: readonly [SideSql, SideSql],
  keys: readonly [string, string],
  meter: Meter,
): Promise<void> {
  const one = async (which: 0 | 1): Promise<void> => {
    await sides[which].each(
      () => (scan.any(which) ? true : undefined),
      async (session) => {
        const task = scan.take(which);
        if (task === undefined) return;
        const started = performance.now();
        let totals: readonly Totals[];
        try {
          totals = await partTotals(session, sql[which], keys[which], task.unit.parts);
        } catch (error) {
          scan.putBack(which, task.index);
          throw error;
        }
        scan.took(task.unit.size, performance.now() - started);
        scan.keep(which, task.index, totals);
        meter.read(sides[which].name, Number(totals.reduce((sum, { rows }) => sum + rows, 0n)));
      },
    );
  };
  await allSettled<[void, void]>([one(0), one(1)]);
  if (!scan.complete) throw new Error('some key ranges were read on one side only');
}

/**
 * Totals of neighbouring ranges, in their order: one index range scan for each, all in one statement. Grouping by a
 * part's number would cost a third more. Reads halves where all of it takes longer than a statement may.
 */
export async function partTotals(
  session: Session,
  sql: SideSql,
  key: string,
  parts: readonly KeyRange[],
): Promise<readonly Totals[]> {
  await session.client.query('savepoint part');
  try {
    const { rows } = await session.client.query<TotalsRow>(
      `select x.* from unnest($1::int8[], $2::int8[]) with ordinality r(lo, hi, place)
        cross join lateral (select ${sql.totals} ${sql.source(undefined, ...inRange(key))}) x order by r.place`,
      [bounds(parts, 'lo'), bounds(parts, 'hi')],
    );
    await session.client.query('release savepoint part');
    if (rows.length !== parts.length) throw new Error('the server gave no totals for some key ranges');
    return rows.map(parseTotals);
  } catch (error) {
    const [only] = parts;
    const halves = sqlState(error) === '57014' && only !== undefined ? halve(parts, only) : undefined;
    if (halves === undefined) throw error;
    await session.client.query('rollback to savepoint part');
    const [first, second] = [
      await partTotals(session, sql, key, halves[0]),
      await partTotals(session, sql, key, halves[1]),
    ];
    return parts.length > 1 ? [...first, ...second] : [[...first, ...second].reduce(add, NO_ROWS)];
  }
}

/** Conditions on a key for each range `r(lo, hi)`. An "or" over an open end would keep the index from stopping there. */
export function inRange(key: string): string[] {
  return [
    `${key} >= coalesce(r.lo, '-9223372036854775808'::int8)`,
    `${key} <= coalesce(r.hi - 1, '9223372036854775807'::int8)`,
  ];
}

/** One end of each range, for `unnest`. */
export function bounds(ranges: readonly KeyRange[], end: 'lo' | 'hi'): (string | null)[] {
  return ranges.map((range) => range[end]?.toString() ?? null);
}

function halve(
  parts: readonly KeyRange[],
  only: KeyRange,
): readonly [readonly KeyRange[], readonly KeyRange[]] | undefined {
  if (parts.length > 1) {
    const middle = Math.floor(parts.length / 2);
    return [parts.slice(0, middle), parts.slice(middle)];
  }
  if (only.lo === undefined || only.hi === undefined || only.hi - only.lo < 2n) return undefined;
  const middle = (only.lo + only.hi) / 2n;
  return [[{ lo: only.lo, hi: middle }], [{ lo: middle, hi: only.hi }]];
}
