import type { ClientBase } from 'pg';

/**
 * The tables, among those of these ids with their partitions and heirs, whose files were replaced (or that were dropped)
 * after this transaction's snapshot. A rewriting ALTER TABLE and TRUNCATE are not seen through snapshots: an older one
 * then finds no rows at all, or a part of them. The catalogue is read as of the snapshot, the function as of now.
 */
export async function rewrittenSince(
  client: ClientBase,
  oids: readonly number[],
): Promise<readonly string[]> {
  const { rows } = await client.query<{ shown: string }>(
    `with recursive tree(oid) as (
       select x from pg_catalog.unnest($1::oid[]) x
       union
       select i.inhrelid from tree t join pg_catalog.pg_inherits i on i.inhparent = t.oid
     )
     select pg_catalog.format('%I.%I', n.nspname, c.relname) as shown
       from tree t join pg_catalog.pg_class c on c.oid = t.oid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relfilenode <> 0 and c.relfilenode is distinct from pg_catalog.pg_relation_filenode(c.oid)
      order by 1`,
    [oids],
  );
  return rows.map((row) => row.shown);
}

/** What is to be said about such tables. */
export function rewrittenText(tables: readonly string[]): string {
  return `${tables.join(', ')} ${tables.length === 1 ? 'was' : 'were'} rewritten or emptied (ALTER TABLE, TRUNCATE, VACUUM FULL) after the moment that is compared, so the rows of that moment can not be read any more`;
}
