import { oneByOne, RELATION_NAME, type Source, USER_RELATIONS } from './sources.ts';
import type { StateRow } from './state.ts';

interface KeyRow {
  readonly name: string;
  readonly relation: string;
  readonly target: string;
  readonly columns: readonly string[];
  readonly target_columns: readonly string[];
}

const KEYS = `select pg_catalog.quote_ident(k.conname) as name, ${RELATION_NAME} as relation, pg_catalog.format('%I.%I', tn.nspname, t.relname) as target,
    (select pg_catalog.array_agg(pg_catalog.quote_ident(a.attname) order by x.place) from pg_catalog.unnest(k.conkey) with ordinality x(number, place)
      join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = x.number) as columns,
    (select pg_catalog.array_agg(pg_catalog.quote_ident(a.attname) order by x.place) from pg_catalog.unnest(k.confkey) with ordinality x(number, place)
      join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = x.number) as target_columns
  from pg_catalog.pg_constraint k
  join ${USER_RELATIONS} on c.oid = k.conrelid
  join pg_catalog.pg_class t on t.oid = k.confrelid join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
  where k.contype = 'f' and k.conparentid = 0
  order by 2, 1`;

/** More orphans than these are not counted: one is too many. */
const MOST = 1000;

/**
 * Every foreign key, with its orphans. A key that is there and valid proves nothing: its triggers do not fire for
 * replication, nor where a load switched them off.
 */
export const orphans: Source = async (session) => {
  const { client } = session;
  const { rows: keys } = await client.query<KeyRow>(KEYS);
  const result: StateRow[] = [];
  for await (const key of oneByOne(session, keys)) {
    const { columns, target_columns: targets } = key;
    const filled = columns.map((column) => `o.${column} is not null`).join(' and ');
    const same = columns.map((column, index) => `p.${targets[index] ?? ''} = o.${column}`).join(' and ');
    const { rows } = await client.query<{ n: number }>(
      `select count(*)::int as n from (select from ${key.relation} o
        where ${filled} and not exists (select from ${key.target} p where ${same}) limit ${MOST}) found`,
    );
    const number = rows[0]?.n ?? 0;
    const some = number >= MOST ? `at least ${MOST}` : String(number);
    result.push({
      object: `${key.relation}.${key.name}`,
      problem:
        number === 0 ? null : `does not hold: ${some} rows name a row of ${key.target} that is not there`,
      remedy: `select * from ${key.relation} o where ${filled} and not exists (select from ${key.target} p where ${same}); -- restore the parents, or remove these`,
    });
  }
  return result;
};
