import type { ClientBase } from 'pg';
import { quoteIdent } from './names.ts';
import { sqlState, unreadableReason } from './unreadable.ts';

/** One column as the catalogue describes it, domains resolved. */
export interface Column {
  readonly name: string;
  readonly position: number;
  /** As `format_type` prints it: `numeric(12,2)`, `order_status[]`. */
  readonly shown: string;
  /** Name of the base type when it is built in (`int8`, `timestamptz`), else undefined. */
  readonly builtIn: string | undefined;
  /** `pg_type.typtype` of the base type: b base, e enum, c composite, r range, m multirange. */
  readonly sort: string;
  /** Type modifier of the base type; -1 for none. */
  readonly modifier: number;
  /** Proved by a validated constraint that it can't be NULL. */
  readonly notNull: boolean;
  /** Whether the table takes NULL in it, by its declaration. */
  readonly mayBeNull: boolean;
  /** Whether a row that does not name it gets a value all the same. */
  readonly hasDefault: boolean;
  /** `s` stored or `v` virtual when computed by the server from other columns. */
  readonly generated: string;
  /** The expression by which it is computed; empty for all others. */
  readonly generation: string;
}

/** One table as the engine reads it. */
export interface Table {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** `schema.name`, quoted where SQL needs it. */
  readonly shown: string;
  readonly kind: string;
  /** Whether rows of children that inherit from it are left to those, which are tables of their own. */
  readonly apart: boolean;
  /** Tables that inherit from it, at any depth, as `shown`; a plain `select` shows their rows too. */
  readonly children: readonly string[];
  /** Why it could not be described; then nothing else here is known. */
  readonly unreadable?: string;
  /** What follows FROM: `only` where children must not be counted with their parent. */
  readonly from: string;
  readonly columns: readonly Column[];
  /** Columns of the primary key, or of a unique index over columns that can't be NULL; empty without one. */
  readonly key: readonly string[];
  /** Heaps that hold the rows, for scans by physical ranges; empty when only `from` can be read. */
  readonly heaps: readonly Heap[];
  /** Estimate; for planning of work only, never for an answer. */
  readonly estimatedRows: number;
}

export interface Heap {
  readonly from: string;
  readonly pages: number;
}

interface ClassRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly shown: string;
  readonly kind: string;
  readonly children: readonly string[];
  readonly tuples: number;
}

const CLASS_COLUMNS = `c.oid::text as oid, n.nspname as schema, c.relname as name,
  pg_catalog.format('%I.%I', n.nspname, c.relname) as shown, c.relkind::text as kind, c.reltuples::float8 as tuples,
  case when c.relkind <> 'r' then '{}' else array(
    with recursive heir(oid) as (
      select i.inhrelid from pg_catalog.pg_inherits i where i.inhparent = c.oid
      union select i.inhrelid from heir h join pg_catalog.pg_inherits i on i.inhparent = h.oid)
    select pg_catalog.format('%I.%I', hn.nspname, hc.relname) from heir h join pg_catalog.pg_class hc on hc.oid = h.oid
      join pg_catalog.pg_namespace hn on hn.oid = hc.relnamespace) end as children`;

const FROM_CLASS = `pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace`;

/**
 * Every table that holds rows of its own: partitioned ones once, without their partitions; nothing of extensions, no
 * temporary and no system tables. From `pg_class`, because `information_schema` hides what the role may not read.
 */
export async function inventory(client: ClientBase): Promise<readonly Table[]> {
  const { rows } = await client.query<ClassRow>(
    `select ${CLASS_COLUMNS} from ${FROM_CLASS}
      where c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence <> 't'
        and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\\_toast%'
        and n.nspname not like 'pg\\_temp\\_%'
        and not exists (select from pg_catalog.pg_depend d
                         where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
      order by n.nspname, c.relname`,
  );
  return describe(client, rows, true);
}

/** The tables with these ids; `apart` as in the table. */
export async function describeTables(
  client: ClientBase,
  oids: readonly number[],
  apart = false,
): Promise<readonly Table[]> {
  const { rows } = await client.query<ClassRow>(
    `select ${CLASS_COLUMNS} from ${FROM_CLASS} where c.oid = any($1::oid[])`,
    [oids],
  );
  return describe(client, rows, apart);
}

/**
 * Describes tables, all in one go. Where that fails because somebody holds a lock on one of them, each is asked for alone,
 * so that only the locked ones are not known.
 */
async function describe(
  client: ClientBase,
  classes: readonly ClassRow[],
  apart: boolean,
): Promise<readonly Table[]> {
  try {
    return await inPart(client, () => describeAll(client, classes, apart));
  } catch (error) {
    if (sqlState(error) !== LOCKED) throw error;
  }
  const tables: Table[] = [];
  for (const row of classes) {
    try {
      tables.push(...(await inPart(client, () => describeAll(client, [row], apart))));
    } catch (error) {
      if (sqlState(error) !== LOCKED) throw error;
      tables.push(undescribed(row, apart, unreadableReason(error)));
    }
  }
  return tables;
}

/** SQLSTATE of a wait for a lock that was too long. */
const LOCKED = '55P03';

/** Lets go of every lock that the part took; an error in it leaves the transaction as it was before. */
async function inPart<T>(client: ClientBase, part: () => Promise<T>): Promise<T> {
  await client.query('savepoint described');
  try {
    return await part();
  } finally {
    // Of a connection that is gone, the error of the part is the one to tell.
    await client.query('rollback to savepoint described; release savepoint described').catch(() => undefined);
  }
}

function undescribed(row: ClassRow, apart: boolean, unreadable: string): Table {
  const { oid, schema, name, shown, kind, children, tuples } = row;
  const table = { schema, name, shown, kind, children, apart, unreadable, from: shown };
  return { ...table, oid: Number(oid), columns: [], key: [], heaps: [], estimatedRows: Math.max(0, tuples) };
}

async function describeAll(
  client: ClientBase,
  classes: readonly ClassRow[],
  apart: boolean,
): Promise<readonly Table[]> {
  const oids = classes.map((row) => row.oid);
  const columns = group(await readColumns(client, oids));
  const keys = group(await readKeys(client, oids));
  const heaps = group(await readHeaps(client, oids));
  return classes.map((row): Table => {
    const leaves = heaps.get(row.oid) ?? [];
    const hasChildren = row.children.length > 0;
    const whole = !apart && hasChildren;
    const key = keys.get(row.oid)?.[0];
    const readable = !whole && leaves.length > 0 && leaves.every((leaf) => leaf.scannable);
    const pages = leaves.reduce((sum, leaf) => sum + Number(leaf.pages), 0);
    const tuples = leaves.reduce((sum, leaf) => sum + Math.max(0, leaf.tuples), 0);
    return {
      oid: Number(row.oid),
      schema: row.schema,
      name: row.name,
      shown: row.shown,
      kind: row.kind,
      apart,
      children: row.children,
      from: apart && hasChildren ? `only ${row.shown}` : row.shown,
      columns: (columns.get(row.oid) ?? []).map((column) => ({
        name: column.name,
        position: column.position,
        shown: column.shown,
        builtIn: column.built_in ?? undefined,
        sort: column.sort,
        modifier: column.modifier,
        // Foreign tables only claim it, and children that inherit may have let go of it.
        notNull: readable && column.not_null,
        mayBeNull: column.may_be_null,
        hasDefault: column.has_default,
        generated: column.generated,
        generation: column.generation,
      })),
      // Of the parent's own rows only: children may repeat them.
      key: whole ? [] : (key?.columns ?? []),
      heaps: readable
        ? leaves.map((leaf) => ({ from: `only ${leaf.shown}`, pages: Number(leaf.pages) }))
        : [],
      // Never analysed tables say -1 or 0: then their size tells more.
      estimatedRows: Math.max(row.tuples, tuples, tuples > 0 ? 0 : pages * 60),
    };
  });
}

function group<T extends { readonly table: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const list = groups.get(row.table);
    if (list === undefined) groups.set(row.table, [row]);
    else list.push(row);
  }
  return groups;
}

interface ColumnRow {
  readonly table: string;
  readonly name: string;
  readonly position: number;
  readonly shown: string;
  readonly built_in: string | null;
  readonly sort: string;
  readonly modifier: number;
  readonly not_null: boolean;
  readonly may_be_null: boolean;
  readonly has_default: boolean;
  readonly generated: string;
  readonly generation: string;
}

/** A NOT NULL that was never validated (18 and later) proves nothing. */
const NEVER_NULL = `(a.attnotnull and not exists (select from pg_catalog.pg_constraint k
  where k.conrelid = a.attrelid and k.contype = 'n' and not k.convalidated and k.conkey[1] = a.attnum))`;

async function readColumns(client: ClientBase, oids: readonly string[]): Promise<readonly ColumnRow[]> {
  const { rows } = await client.query<ColumnRow>(
    `with recursive domain(oid, base, modifier) as (
       select t.oid, t.typbasetype, t.typtypmod from pg_catalog.pg_type t where t.typtype = 'd'
       union all
       select d.oid, t.typbasetype, case when d.modifier = -1 then t.typtypmod else d.modifier end
         from domain d join pg_catalog.pg_type t on t.oid = d.base where t.typtype = 'd'
     ), resolved as (
       select d.oid, d.base, d.modifier from domain d join pg_catalog.pg_type t on t.oid = d.base where t.typtype <> 'd'
     )
     select a.attrelid::text as table, a.attname as name, a.attnum::int as position,
            pg_catalog.format_type(a.atttypid, a.atttypmod) as shown,
            case when b.typnamespace = 'pg_catalog'::regnamespace then b.typname end as built_in,
            b.typtype::text as sort, coalesce(r.modifier, a.atttypmod) as modifier,
            ${NEVER_NULL} as not_null, not a.attnotnull as may_be_null, a.atthasdef or a.attidentity <> '' as has_default,
            a.attgenerated::text as generated,
            case when a.attgenerated = '' then '' else coalesce(
              (select pg_catalog.pg_get_expr(f.adbin, f.adrelid) from pg_catalog.pg_attrdef f
                where f.adrelid = a.attrelid and f.adnum = a.attnum), '') end as generation
       from pg_catalog.pg_attribute a
       left join resolved r on r.oid = a.atttypid
       join pg_catalog.pg_type b on b.oid = coalesce(r.base, a.atttypid)
      where a.attrelid = any($1::oid[]) and a.attnum > 0 and not a.attisdropped
      order by a.attrelid, a.attnum`,
    [oids],
  );
  return rows;
}

interface KeyRow {
  readonly table: string;
  readonly columns: readonly string[];
}

async function readKeys(client: ClientBase, oids: readonly string[]): Promise<readonly KeyRow[]> {
  const { rows } = await client.query<KeyRow>(
    `select i.indrelid::text as table, k.columns
       from pg_catalog.pg_index i
       cross join lateral (
         select pg_catalog.array_agg(a.attname::text order by x.place) as columns, pg_catalog.bool_and(${NEVER_NULL}) as not_null
           from pg_catalog.unnest(i.indkey::int2[]) with ordinality as x(number, place)
           join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = x.number
          where x.place <= i.indnkeyatts
       ) k
      where i.indrelid = any($1::oid[]) and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
        and k.not_null
      order by i.indrelid, i.indisprimary desc, i.indnkeyatts, i.indexrelid`,
    [oids],
  );
  return rows;
}

interface HeapRow {
  readonly table: string;
  readonly shown: string;
  readonly pages: string;
  readonly tuples: number;
  readonly scannable: boolean;
}

async function readHeaps(client: ClientBase, oids: readonly string[]): Promise<readonly HeapRow[]> {
  const { rows } = await client.query<HeapRow>(
    `with recursive tree(root, oid) as (
       select c.oid, c.oid from pg_catalog.pg_class c where c.oid = any($1::oid[])
       union all
       select t.root, i.inhrelid from tree t join pg_catalog.pg_inherits i on i.inhparent = t.oid
         join pg_catalog.pg_class p on p.oid = t.oid and p.relkind = 'p'
     )
     select t.root::text as table, pg_catalog.format('%I.%I', n.nspname, c.relname) as shown,
            case when c.relkind in ('r', 'm') then
              (pg_catalog.pg_relation_size(c.oid) / pg_catalog.current_setting('block_size')::int8)::text else '0' end as pages,
            c.reltuples::float8 as tuples,
            -- Read through the root, a partition needs no privilege of its own; read alone, it does.
            c.relkind in ('r', 'm') and coalesce(m.amname, 'heap') = 'heap' and not c.relrowsecurity
              and pg_catalog.has_table_privilege(c.oid, 'select') and pg_catalog.has_schema_privilege(n.oid, 'usage') as scannable
       from tree t join pg_catalog.pg_class c on c.oid = t.oid and c.relkind <> 'p'
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       left join pg_catalog.pg_am m on m.oid = c.relam
      order by 1, 2`,
    [oids],
  );
  return rows;
}

/** SQL for one column of a table, with a table alias. */
export function columnSql(name: string): string {
  return `t.${quoteIdent(name)}`;
}
