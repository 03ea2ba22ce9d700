import type { Session } from '../session.ts';
import { allSettled } from './all-settled.ts';
import type { Differences, HashedRow } from './differences.ts';

/** A side's session and the query of its rows: `(rank, hash, later, key columns...)`, ordered by rank. */
export interface RankedQuery {
  readonly session: Session;
  readonly sql: string;
}

const FETCH_ROWS = 5000;

/** Reads rows in order of their rank, a few thousand at a time, and hands out all rows of one rank together. */
class Groups {
  private ranks: bigint[] = [];
  private rows: HashedRow[] = [];
  private at = 0;
  private ended = false;
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  async open(sql: string): Promise<void> {
    await this.session.client.query(`declare ranked no scroll cursor for ${sql}`);
    await this.fill();
  }

  /** The rank of the next group, or undefined at the end. */
  get rank(): bigint | undefined {
    return this.ranks[this.at];
  }

  /** Whether the next group may go on in the batch that was not read yet. */
  get needsMore(): boolean {
    return !this.ended && this.ranks[this.at] === this.ranks[this.ranks.length - 1];
  }

  take(): readonly HashedRow[] {
    const from = this.at;
    const rank = this.ranks[from];
    while (this.at < this.ranks.length && this.ranks[this.at] === rank) this.at += 1;
    return this.rows.slice(from, this.at);
  }

  /** Reads on, behind what is still to be handed out. */
  async fill(): Promise<void> {
    const { rows } = await this.session.client.query<[string, string, boolean, ...(string | null)[]]>({
      text: `fetch ${FETCH_ROWS} from ranked`,
      rowMode: 'array',
    });
    this.ranks = this.ranks.slice(this.at);
    this.rows = this.rows.slice(this.at);
    this.at = 0;
    for (const [rank, hash, later, ...key] of rows) {
      this.ranks.push(BigInt(rank));
      this.rows.push({ key, hash, later });
    }
    this.ended = rows.length < FETCH_ROWS;
    if (this.ended) await this.session.client.query('close ranked');
  }
}

/**
 * Compares two streams of rows that are ordered by rank. Memory stays flat however many rows differ. The rank is a
 * number, so the order is the same on every server; text would be ordered by its collation.
 */
export async function mergeRows(
  old: RankedQuery,
  next: RankedQuery,
  differences: Differences,
): Promise<void> {
  const [left, right] = [new Groups(old.session), new Groups(next.session)];
  await allSettled([left.open(old.sql), right.open(next.sql)]);
  for (;;) {
    // Waiting happens once in thousands of rows, not once a row.
    while (left.needsMore || right.needsMore) {
      await allSettled([left, right].filter((side) => side.needsMore).map((side) => side.fill()));
    }
    const [a, b] = [left.rank, right.rank];
    if (a === undefined && b === undefined) return;
    const rank = a === undefined || (b !== undefined && b < a) ? b : a;
    differences.compare(a === rank ? left.take() : [], b === rank ? right.take() : []);
  }
}
