import { oneByOne, RELATION_NAME, type Source, USER_RELATIONS } from './sources.ts';
import type { StateRow } from './state.ts';

interface IndexRow {
  readonly index: string;
  /** What follows FROM. */
  readonly relation: string;
  readonly keys: readonly string[];
  readonly predicate: string | null;
  readonly nulls_equal: boolean;
}

/** Unique indexes, a partitioned one once. `indnullsnotdistinct` came with 15. */
const INDEXES = `select ${RELATION_NAME} as index,
    case t.relkind when 'p' then '' else 'only ' end || pg_catalog.format('%I.%I', tn.nspname, t.relname) as relation,
    array(select pg_catalog.pg_get_indexdef(i.indexrelid, k, true) from pg_catalog.generate_series(1, i.indnkeyatts::int) k order by k) as keys,
    pg_catalog.pg_get_expr(i.indpred, i.indrelid) as predicate,
    coalesce((pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct')::bool, false) as nulls_equal
  from pg_catalog.pg_index i join ${USER_RELATIONS} on c.oid = i.indexrelid
  join pg_catalog.pg_class t on t.oid = i.indrelid and t.relkind in ('r', 'p', 'm')
  join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
  where i.indisunique and (t.relkind <> 'm' or t.relispopulated)
    and not exists (select from pg_catalog.pg_inherits h where h.inhrelid = i.indexrelid)
  order by 1`;

/** More keys than these are not counted: one is too many. */
const MOST = 1000;

/** The index itself may be what is wrong: rows are found without it. */
const INDEX_WAYS = ['enable_indexscan', 'enable_indexonlyscan', 'enable_bitmapscan'];

/**
 * Every unique index, with the keys that it holds twice: text that is sorted otherwise than when the index was built
 * (another system library) lets duplicates in.
 */
export const duplicateKeys: Source = async (session) => {
  const { client } = session;
  const { rows: indexes } = await client.query<IndexRow>(INDEXES);
  await client.query(INDEX_WAYS.map((way) => `set local ${way} = off`).join('; '));
  const result: StateRow[] = [];
  for await (const { index, relation, keys, predicate, nulls_equal: nullsEqual } of oneByOne(
    session,
    indexes,
  )) {
    const among = [
      ...(predicate === null ? [] : [`(${predicate})`]),
      ...(nullsEqual ? [] : keys.map((key) => `(${key}) is not null`)),
    ];
    const columns = keys.map((key) => `(${key})`).join(', ');
    const rows = `${relation}${among.length === 0 ? '' : ` where ${among.join(' and ')}`} group by ${columns} having count(*) > 1`;
    const found = await client.query<{ n: number }>(
      `select count(*)::int as n from (select from ${rows} limit ${MOST}) twice`,
    );
    const number = found.rows[0]?.n ?? 0;
    result.push({
      object: index,
      problem:
        number === 0
          ? null
          : `does not hold: ${number >= MOST ? `at least ${MOST}` : number} keys are there more than once`,
      remedy: `select ${columns}, count(*), array_agg(ctid) from ${rows}; -- remove the doubles, then: reindex index ${index};`,
    });
  }
  await client.query(INDEX_WAYS.map((way) => `set local ${way} to default`).join('; '));
  return result;
};
