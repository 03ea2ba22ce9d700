import type { Session } from '../session.ts';
import { allSettled } from './all-settled.ts';
import type { Differences, HashedRow } from './differences.ts';

interface RankedRow extends HashedRow {
  /** Rows that may belong together share a rank; both sides are read in its order. */
  readonly rank: bigint;
}

const FETCH_ROWS = 5000;

/** Reads rows in order of their rank, a few thousand at a time. */
async function* ranked(session: Session, sql: string): AsyncGenerator<readonly RankedRow[]> {
  await session.client.query(`declare ranked no scroll cursor for ${sql}`);
  for (;;) {
    const { rows } = await session.client.query<[string, (string | null)[] | null, string]>({
      text: `fetch ${FETCH_ROWS} from ranked`,
      rowMode: 'array',
    });
    if (rows.length > 0)
      yield rows.map(([rank, key, hash]) => ({ rank: BigInt(rank), key: key ?? [], hash }));
    if (rows.length < FETCH_ROWS) break;
  }
  await session.client.query('close ranked');
}

/** A cursor over batches that hands out all rows of one rank at a time. */
class Groups {
  private rows: readonly RankedRow[] = [];
  private at = 0;
  private done = false;
  private readonly batches: AsyncGenerator<readonly RankedRow[]>;

  constructor(batches: AsyncGenerator<readonly RankedRow[]>) {
    this.batches = batches;
  }

  /** The rank of the next group, or undefined at the end. Synchronous while the batch lasts. */
  peek(): bigint | undefined | Promise<bigint | undefined> {
    const row = this.rows[this.at];
    if (row !== undefined) return row.rank;
    return this.done ? undefined : this.refill().then(() => this.peek());
  }

  async take(rank: bigint): Promise<readonly HashedRow[]> {
    const group: HashedRow[] = [];
    for (;;) {
      const next = this.peek();
      if ((next instanceof Promise ? await next : next) !== rank) return group;
      const row = this.rows[this.at];
      if (row !== undefined) group.push(row);
      this.at += 1;
    }
  }

  private async refill(): Promise<void> {
    const batch = await this.batches.next();
    this.at = 0;
    this.rows = batch.done === true ? [] : batch.value;
    this.done = batch.done === true;
  }
}

/**
 * Compares two streams of `(rank, key, hash)` that are ordered by rank. Memory stays flat however many rows differ.
 * The rank is a number, so the order is the same on every server; text would be ordered by its collation.
 */
export async function mergeRows(
  old: { readonly session: Session; readonly sql: string },
  next: { readonly session: Session; readonly sql: string },
  differences: Differences,
): Promise<void> {
  const left = new Groups(ranked(old.session, old.sql));
  const right = new Groups(ranked(next.session, next.sql));
  for (;;) {
    const [a, b] = await allSettled<[bigint | undefined, bigint | undefined]>([
      Promise.resolve(left.peek()),
      Promise.resolve(right.peek()),
    ]);
    if (a === undefined && b === undefined) return;
    const rank = a === undefined ? b : b === undefined || a < b ? a : b;
    if (rank === undefined) return;
    differences.compare(a === rank ? await left.take(rank) : [], b === rank ? await right.take(rank) : []);
  }
}
