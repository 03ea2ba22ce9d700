import type { Session } from '../session.ts';
import { allSettled } from './all-settled.ts';
import { collectGarbage } from './collect-garbage.ts';
import { type Differences, sameKey, type Uncancelled } from './differences.ts';

/**
 * A side's session and the query of its rows: `(rank, hash, key columns..., times)`, ordered by rank, hash (as bytes)
 * and, downwards, times. What need not travel is left out: each value costs time and memory here.
 */
export interface RankedQuery {
  readonly session: Session;
  readonly sql: string;
  /** Whether the rank is the key itself; there are no key columns then. */
  readonly rankIsKey: boolean;
  /**
   * Whether there is a column `times`: how often a row stands there, negative where new wrote it after the cut-over
   * moment. Without it every row stands there once and was written before.
   */
  readonly counted: boolean;
}

/** As the driver gives them: int8 comes as text. */
type RankedRow = [rank: string, hash: string, ...more: (string | number | null)[]];

/** So few that they are garbage while they are young: larger batches grow the heap and are no faster. */
const FETCH_ROWS = 1000;
/** Batches of one side between two collections of the garbage, each of which takes as long as a few of them. */
const BATCHES_UNCOLLECTED = 60;

/** Reads rows in their order, some at a time, and shows one after the other. */
class RankedRows {
  row: RankedRow | undefined;
  /** How many of the row are not cancelled yet. */
  times = 0;
  /** Whether new wrote it after the cut-over moment. */
  later = false;
  private rows: readonly RankedRow[] = [];
  private at = 0;
  private ended = false;
  private batches = 0;
  private readonly query: RankedQuery;

  constructor(query: RankedQuery) {
    this.query = query;
  }

  async open(): Promise<void> {
    const { session, sql } = this.query;
    await session.client.query(`declare ranked no scroll cursor for ${sql}`);
    await this.fill();
  }

  /** Whether the next row, or that there is none, is not known yet. */
  get needsMore(): boolean {
    return this.row === undefined && !this.ended;
  }

  /** Goes on to the next row. */
  next(): void {
    this.at += 1;
    this.show();
  }

  get key(): readonly (string | null)[] {
    if (this.row === undefined) return [];
    if (this.query.rankIsKey) return [this.row[0]];
    return this.row.slice(2, this.endOfKey) as (string | null)[];
  }

  /** Whether the other side's row has the same key, where it has the same rank. */
  sameKey(other: RankedRow): boolean {
    for (let column = 2; column < this.endOfKey; column += 1) {
      if (this.row?.[column] !== other[column]) return false;
    }
    return true;
  }

  private get endOfKey(): number {
    return (this.row?.length ?? 0) - (this.query.counted ? 1 : 0);
  }

  async fill(): Promise<void> {
    const { client } = this.query.session;
    const { rows } = await client.query<RankedRow>({
      text: `fetch ${FETCH_ROWS} from ranked`,
      rowMode: 'array',
    });
    this.rows = rows;
    this.at = 0;
    this.batches += 1;
    if (this.batches % BATCHES_UNCOLLECTED === 0) collectGarbage();
    this.ended = rows.length < FETCH_ROWS;
    this.show();
    if (this.ended) await client.query('close ranked');
  }

  private show(): void {
    this.row = this.rows[this.at];
    const times = this.row === undefined ? 0 : this.query.counted ? Number(this.row.at(-1)) : 1;
    this.times = Math.abs(times);
    this.later = times < 0;
  }
}

/** What is left of the rows of one rank: nearly always of one key, because the rank is the key or a hash of it. */
class Rank {
  private of: string | undefined;
  private readonly left: Uncancelled[] = [];
  private readonly differences: Differences;

  constructor(differences: Differences) {
    this.differences = differences;
  }

  add(side: RankedRows, which: 'old' | 'new'): void {
    const { row } = side;
    if (row === undefined) return;
    if (row[0] !== this.of) this.end();
    this.of = row[0];
    const { key } = side;
    let entry = this.left.find((other) => sameKey(other.key, key));
    if (entry === undefined) this.left.push((entry = { key, lost: 0, added: 0, later: 0 }));
    entry[which === 'old' ? 'lost' : side.later ? 'later' : 'added'] += side.times;
  }

  end(): void {
    for (const entry of this.left) this.differences.count(entry);
    this.left.length = 0;
  }
}

/** Below 0 when the row of old comes first. */
function order(old: RankedRow | undefined, next: RankedRow | undefined): number {
  if (old === undefined || next === undefined) return old === undefined ? 1 : -1;
  if (old[0] !== next[0]) return BigInt(old[0]) < BigInt(next[0]) ? -1 : 1;
  return old[1] === next[1] ? 0 : old[1] < next[1] ? -1 : 1;
}

/**
 * Compares two streams of rows that are ordered by rank. The rank is a number, so the order is the same on every server;
 * text would be ordered by its collation. Of one rank they are ordered by their hash, which is ASCII: equal rows meet
 * and cancel each other while they pass, and only numbers are kept of the others. Memory stays flat however many rows
 * differ, and however many of them share a key or are the same.
 */
export async function mergeRows(
  old: RankedQuery,
  next: RankedQuery,
  differences: Differences,
): Promise<void> {
  const [left, right] = [new RankedRows(old), new RankedRows(next)];
  await allSettled([left.open(), right.open()]);
  const rank = new Rank(differences);
  for (;;) {
    // Waiting happens once in a thousand rows, not once a row.
    while (left.needsMore || right.needsMore) {
      await allSettled([left, right].filter((side) => side.needsMore).map((side) => side.fill()));
    }
    const [a, b] = [left.row, right.row];
    if (a === undefined && b === undefined) break;
    const first = order(a, b);
    if (first === 0 && b !== undefined && left.sameKey(b)) {
      const cancelled = Math.min(left.times, right.times);
      for (const side of [left, right]) {
        side.times -= cancelled;
        if (side.times === 0) side.next();
      }
      continue;
    }
    // Rank and hash collide, the keys don't: this pair is not equal.
    if (first <= 0) {
      rank.add(left, 'old');
      left.next();
    }
    if (first >= 0) {
      rank.add(right, 'new');
      right.next();
    }
  }
  rank.end();
}
