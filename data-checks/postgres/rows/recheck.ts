import type { Session } from '../session.ts';
import { Differences, type HashedRow } from './differences.ts';
import type { Work } from './work.ts';
import { keyIs } from './show-cells.ts';
import type { RowDifference } from './table-diff.ts';

/** Pauses before the re-reads, in milliseconds. */
export const RECHECKS: readonly number[] = [200, 400, 800, 1600, 3200];
/** Differing rows that are read again; more than that, and they can't all be due to rows on their way. */
export const MOST_RECHECKED = 10_000;
/** Re-reads in a row that must find a row unchanged on both sides before its difference counts. */
const STABLE_READS = 2;
export const KEYS_PER_STATEMENT = 200;

/** What is left of some differences after their rows were read again. */
export interface Settled {
  /** Rows that differ and do not change any more. */
  readonly differences: Differences;
  /** Rows that still change. */
  readonly moving: number;
  /** Rows that turn out to be written on new after the cut-over moment. */
  readonly later: number;
}

/**
 * Reads only the differing rows again, on both sides, until they are equal or stand still. Old is read first: a row that
 * is on its way to new can then only be late there, never early.
 */
export async function recheck(
  work: Work,
  suspects: readonly RowDifference[],
  pauses: readonly number[],
  arrived: () => Promise<void>,
): Promise<Settled> {
  let pending = new Map(
    suspects.map((row) => [JSON.stringify(row.key), { key: row.key, state: '', reads: 0 }]),
  );
  let later = 0;
  let last = new Map<string, readonly [HashedRow[], HashedRow[]]>();
  for (const pause of pauses) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const keys = [...pending.values()].map((row) => row.key);
    const old = await readNow(work, 0, keys);
    await arrived();
    const next = await readNow(work, 1, keys);
    const left: typeof pending = new Map();
    last = new Map();
    for (const [name, row] of pending) {
      const [before, after] = [old.get(name) ?? [], next.get(name) ?? []];
      const now = new Differences(0);
      now.compare(before, after);
      if (!now.any) {
        later += now.later;
        continue;
      }
      const state = JSON.stringify([before, after].map((rows) => rows.map((one) => one.hash).sort()));
      left.set(name, { key: row.key, state, reads: state === row.state ? row.reads + 1 : 0 });
      last.set(name, [before, after]);
    }
    pending = left;
    if ([...pending.values()].every((row) => row.reads >= STABLE_READS)) break;
  }
  const differences = new Differences(suspects.length);
  let moving = 0;
  for (const [name, row] of pending) {
    const [before, after] = last.get(name) ?? [[], []];
    if (row.reads >= STABLE_READS) differences.compare(before, after);
    else moving += 1;
  }
  return { differences, moving, later };
}

/** The rows with these keys as they are now, by the key as JSON. */
async function readNow(
  work: Work,
  which: 0 | 1,
  keys: readonly RowDifference['key'][],
): Promise<Map<string, HashedRow[]>> {
  const found = new Map<string, HashedRow[]>();
  if (keys.length === 0) return found;
  const session: Session = await work.sides[which].fresh();
  try {
    for (let from = 0; from < keys.length; from += KEYS_PER_STATEMENT) {
      const { rows } = await session.client.query<[string, boolean, ...(string | null)[]]>({
        text: keysQuery(work, which, keys.slice(from, from + KEYS_PER_STATEMENT)),
        rowMode: 'array',
      });
      for (const [hash, later, ...key] of rows) {
        const name = JSON.stringify(key);
        const same = found.get(name);
        if (same === undefined) found.set(name, [{ key, hash, later }]);
        else same.push({ key, hash, later });
      }
    }
  } finally {
    await session.close();
  }
  return found;
}

/** SQL for `(hash, later, key columns...)` of the rows with these keys. */
export function keysQuery(
  { pairing, sql }: Work,
  which: 0 | 1,
  keys: readonly RowDifference['key'][],
): string {
  const side = which === 0 ? 'old' : 'new';
  const conditions = keys.map(
    (key) => `(${pairing.key.map((column, index) => keyIs(column, side, key[index] ?? null)).join(' and ')})`,
  );
  const { hashText, later, keyColumns, source } = sql[which];
  return `select ${hashText}, ${later}${keyColumns} ${source(undefined, `(${conditions.join(' or ')})`)}`;
}
