import type { Differences } from './differences.ts';
import type { Work } from './work.ts';
import type { SideSql } from './hashing.ts';
import { mergeRows, type RankedQuery } from './merge.ts';

/** Which rows to read, and in what order. */
export interface Choice {
  /** SQL of a number by which both sides are ordered. */
  readonly rank: string;
  /** Whether that is the key, as text too. */
  readonly rankIsKey: boolean;
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
  const query = (which: 0 | 1): RankedQuery => {
    const sql = work.sql[which];
    const { rank, rankIsKey, conditions, ranges } = choose(sql, which);
    const counted = !keyed || sql.later !== 'false';
    const times = sql.later === 'false' ? '1' : `case when ${sql.later} then -1 else 1 end`;
    // Without a key, the rank is the row's hash already.
    const hash = keyed ? sql.hashText : sql.second === undefined ? `''` : `(${sql.second})::text`;
    const columns = `${rankIsKey ? '' : sql.keyColumns}${counted ? `, ${times} as times` : ''}`;
    const rows = `select (${rank}) as rank, ${hash} as hash${columns} ${sql.source(undefined, ...conditions)}`;
    const from =
      ranges === undefined ? rows : `select x.* from ${ranges} cross join lateral (${rows} offset 0) x`;
    const order = `order by y.rank, y.hash collate "C"${counted ? ', y.times desc' : ''}`;
    const all = keyed
      ? `select y.* from (${from}) y ${order}`
      : `select y.rank, y.hash, sum(y.times) as times from (${from}) y group by y.rank, y.hash, y.times ${order}`;
    return { session: work.sides[which].main, sql: all, rankIsKey, counted };
  };
  await mergeRows(query(0), query(1), differences);
}
