import type { Differences } from './differences.ts';
import type { Work } from './work.ts';
import type { SideSql } from './hashing.ts';
import { mergeRows } from './merge.ts';

/** Which rows to read, and in what order. */
export interface Choice {
  /** SQL of a number by which both sides are ordered. */
  readonly rank: string;
  readonly conditions: readonly string[];
  /** A table `r` of ranges that the conditions speak of. */
  readonly ranges?: string;
}

/** Reads keys and hashes of the chosen rows on both sides and compares them one by one. */
export async function locate(
  work: Work,
  differences: Differences,
  choose: (sql: SideSql, which: 0 | 1) => Choice,
): Promise<void> {
  const keyed = work.pairing.key.length > 0;
  const query = (which: 0 | 1): string => {
    const sql = work.sql[which];
    const { rank, conditions, ranges } = choose(sql, which);
    const times = sql.later === 'false' ? '1' : `case when ${sql.later} then -1 else 1 end`;
    // Without a key, the rank is the row's hash already.
    const hash = keyed ? sql.hashText : sql.second === undefined ? `''` : `(${sql.second})::text`;
    const rows = `select (${rank}) as rank, ${hash} as hash, ${times} as times${sql.keyColumns} ${sql.source(undefined, ...conditions)}`;
    const from =
      ranges === undefined ? rows : `select x.* from ${ranges} cross join lateral (${rows} offset 0) x`;
    const order = `order by y.rank, y.hash collate "C", y.times desc`;
    return keyed
      ? `select y.* from (${from}) y ${order}`
      : `select y.rank, y.hash, sum(y.times) as times from (${from}) y group by y.rank, y.hash, y.times ${order}`;
  };
  await mergeRows(
    { session: work.sides[0].main, sql: query(0) },
    { session: work.sides[1].main, sql: query(1) },
    differences,
  );
}
