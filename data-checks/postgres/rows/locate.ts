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
  const query = (which: 0 | 1): string => {
    const sql = work.sql[which];
    const { rank, conditions, ranges } = choose(sql, which);
    const rows = `select (${rank}) as rank, ${sql.hashText} as hash, ${sql.later} as later${sql.keyColumns} ${sql.source(undefined, ...conditions)}`;
    const from =
      ranges === undefined ? rows : `select x.* from ${ranges} cross join lateral (${rows} offset 0) x`;
    return `select y.* from (${from}) y order by y.rank`;
  };
  await mergeRows(
    { session: work.sides[0].main, sql: query(0) },
    { session: work.sides[1].main, sql: query(1) },
    differences,
  );
}
