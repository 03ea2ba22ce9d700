import { oneByOne, RELATION_NAME, type Source, USER_RELATIONS } from './sources.ts';
import type { StateRow } from './state.ts';

interface TableRow {
  readonly object: string;
  readonly readable: boolean;
  readonly seen: boolean;
  /** Rows that the server leaves unanalysed, as its settings or the table's own say. */
  readonly enough: string;
}

const WITH_ROWS = `
  select ${RELATION_NAME} as object, r.readable,
    exists (select from pg_catalog.pg_stats s where s.schemaname = n.nspname and s.tablename = c.relname) as seen,
    pg_catalog.trunc(coalesce((select pg_catalog.split_part(o, '=', 2) from pg_catalog.unnest(c.reloptions) o where o like 'autovacuum\\_analyze\\_threshold=%'),
      pg_catalog.current_setting('autovacuum_analyze_threshold'))::numeric)::text as enough
  from ${USER_RELATIONS}, lateral (select pg_catalog.has_table_privilege(c.oid, 'select') as readable) r
  where c.relnatts > 0 and exists (
    with recursive tree(oid) as (
      select c.oid union all select i.inhrelid from tree join pg_catalog.pg_inherits i on i.inhparent = tree.oid
    ) select from tree join pg_catalog.pg_class p on p.oid = tree.oid
       where p.relkind in ('r', 'm') and pg_catalog.pg_relation_size(p.oid) > 0)
    and c.relkind in ('r', 'p', 'm') order by 1`;

/**
 * Tables with rows and without statistics. A table with fewer rows than the server itself analyses is as it should be,
 * and any other one is worth a warning only: nothing is lost, and one statement (or the server, soon) puts it right. A
 * role sees the statistics of what it may read only: without that, nothing is known, rather than missing.
 */
export const missingStatistics: Source = async (session) => {
  const { client } = session;
  const { rows } = await client.query<TableRow>(WITH_ROWS);
  const hidden = rows.filter((row) => !row.readable).map((row) => row.object);
  if (hidden.length > 0) {
    throw new Error(`this role may not read ${hidden.join(', ')}, so it can't see their statistics`);
  }
  const result: StateRow[] = rows.filter((row) => row.seen).map(({ object }) => ({ object, problem: null }));
  for await (const { object, enough } of oneByOne(
    session,
    rows.filter((row) => !row.seen),
  )) {
    const { rows: found } = await client.query<{ more: boolean }>(
      `select exists (select from ${object} offset ${enough}) as more`,
    );
    result.push({
      object,
      problem: found[0]?.more === true ? 'has rows but no statistics: plans are guesses' : null,
      minor: true,
      remedy: `analyze ${object};`,
    });
  }
  return result;
};
