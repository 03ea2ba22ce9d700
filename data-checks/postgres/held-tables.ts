import { describeTables, inventory, type Table } from './catalog.ts';
import { parseTableName } from './names.ts';
import { resolveRelation } from './relation.ts';
import { rewrittenSince, rewrittenText } from './rewritten.ts';
import { matches } from './rows/work-list.ts';
import { isLostConnection, type Session } from './session.ts';
import { unreadableReason } from './unreadable.ts';

/** How many rows a table has; `more`: the count stopped there. */
export type RowCount =
  { readonly rows: number; readonly more: boolean } | { readonly rows: null; readonly because: string };

/** The tables of one database, as the coverage of a plan is judged by them. */
export interface HeldTables {
  /** Every table with rows of its own, in order of their names; partitioned ones once. */
  readonly names: readonly string[];
  /** Foreign tables and materialized views: they show rows, and are no tables of this database. */
  readonly others: readonly string[];
  /** The tables (of `names`) whose rows are all among those that these names, together, show. */
  shownBy(names: readonly string[]): Promise<ReadonlySet<string>>;
  /** Counts rows of whatever has this name, up to a limit. */
  count(name: string, most: number): Promise<RowCount>;
  /** The table of this database that bears the name of one of another, if there is one. */
  twinOf(name: string): string | undefined;
  /** Whether a pattern of a plan (`orders`, `shop.*`) means this table. */
  matches(pattern: string, name: string): boolean;
  close(): Promise<void>;
}

/** Finds the tables of one database that bear the name of one of another. */
export type FindTwins = (name: string, tables: readonly Table[]) => readonly Table[];

const sameNames: FindTwins = (name, tables) => tables.filter((table) => table.shown === name);

/**
 * Reads which tables a PostgreSQL database has.
 * @param twinsOf for names of a database that spells them otherwise
 * @throws Error of the server or the driver
 */
export async function heldInPostgres(session: Session, twinsOf: FindTwins = sameNames): Promise<HeldTables> {
  const { client } = session;
  const tables = await inventory(client);
  const { rows: others } = await client.query<{ other: string }>(
    `select case c.relkind when 'f' then 'foreign table ' else 'materialized view ' end
            || pg_catalog.format('%I.%I', n.nspname, c.relname) as other
       from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('f', 'm') and not c.relispartition
        and n.nspname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const byName = new Map(tables.map((table) => [table.shown, table]));
  await client.query('savepoint held');
  return {
    names: tables.map((table) => table.shown),
    others: others.map((row) => row.other),
    shownBy: (names) => shownBy(session, tables, names),
    count: (name, most) => count(session, byName.get(name), name, most),
    twinOf: (name) => {
      const [twin, ...others] = twinsOf(name, tables);
      return others.length > 0 ? undefined : twin?.shown;
    },
    matches: (pattern, name) => {
      const table = byName.get(name);
      return table !== undefined && matches(pattern, table);
    },
    close: () => session.close(),
  };
}

interface TreeRow {
  readonly oid: string;
  readonly shows: readonly string[];
}

/** What a plain `select` from a relation reads besides itself: its partitions and the tables that inherit from it. */
const SHOWS = `with recursive tree(root, oid) as (
    select c, c from unnest($1::oid[]) c
    union
    select t.root, i.inhrelid from tree t join pg_catalog.pg_inherits i on i.inhparent = t.oid
  )
  select t.root::text as oid, pg_catalog.array_agg(t.oid::text) as shows
    from tree t
   -- A column that only the child has is not shown by its parent.
   where not exists (select from pg_catalog.pg_attribute a where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
     and not exists (select from pg_catalog.pg_attribute b where b.attrelid = t.root and b.attname = a.attname and not b.attisdropped))
   group by t.root`;

async function shownBy(
  { client }: Session,
  tables: readonly Table[],
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  const named: number[] = [];
  for (const name of names) {
    const resolved = await resolveRelation(client, parseTableName(name));
    if (resolved.kind === 'found') named.push(resolved.relation.oid);
  }
  const { rows } = await client.query<TreeRow>(SHOWS, [named]);
  const shown = new Set(rows.flatMap((row) => row.shows));
  const { rows: leaves } = await client.query<TreeRow>(
    `with recursive tree(root, oid) as (
       select c, c from unnest($1::oid[]) c
       union all
       select t.root, i.inhrelid from tree t join pg_catalog.pg_inherits i on i.inhparent = t.oid
         join pg_catalog.pg_class p on p.oid = t.oid and p.relkind = 'p'
     )
     select t.root::text as oid, pg_catalog.array_agg(t.oid::text) as shows
       from tree t join pg_catalog.pg_class c on c.oid = t.oid and c.relkind <> 'p' group by t.root`,
    [tables.map((table) => table.oid)],
  );
  const partsOf = new Map(leaves.map((row) => [row.oid, row.shows]));
  return new Set(
    tables
      .filter(({ oid }) => {
        const parts = partsOf.get(String(oid)) ?? [];
        // A partitioned table whose every partition is named one by one is covered too.
        return shown.has(String(oid)) || (parts.length > 0 && parts.every((part) => shown.has(part)));
      })
      .map((table) => table.shown),
  );
}

/** An error must not end the transaction, and no lock must be held: the other tables are counted from it too. */
async function count(
  session: Session,
  known: Table | undefined,
  name: string,
  most: number,
): Promise<RowCount> {
  const { client } = session;
  try {
    const table = known ?? (await tableOf(session, name));
    const { rows } = await client.query<{ n: string }>(
      `select count(*)::text as n from (select from ${table.from} limit ${most + 1}) t`,
    );
    const rewritten = await rewrittenSince(client, [table.oid]);
    if (rewritten.length > 0) return { rows: null, because: rewrittenText(rewritten) };
    const found = Number(rows[0]?.n);
    return { rows: Math.min(found, most), more: found > most };
  } catch (error) {
    if (isLostConnection(error)) throw error;
    return { rows: null, because: unreadableReason(error) };
  } finally {
    await client.query('rollback to savepoint held').catch(() => undefined);
  }
}

async function tableOf({ client }: Session, name: string): Promise<Pick<Table, 'oid' | 'from'>> {
  const resolved = await resolveRelation(client, parseTableName(name));
  if (resolved.kind === 'missing') throw new Error(`there is no table ${name}`);
  if (resolved.kind === 'unreadable') throw new Error(resolved.reason);
  const [table] = await describeTables(client, [resolved.relation.oid]);
  return table ?? { oid: resolved.relation.oid, from: resolved.relation.sql };
}
