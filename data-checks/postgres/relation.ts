import type { ClientBase } from 'pg';
import { matchName, type NamePart, quoteIdent, type WrittenName } from './names.ts';

/** A relation whose rows can be read. */
export interface Relation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** `pg_class.relkind`: r table, p partitioned, v view, m materialized view, f foreign. */
  readonly kind: ReadableKind;
  /** Quoted `schema.name`, for SQL. */
  readonly sql: string;
}

export type ReadableKind = 'r' | 'p' | 'v' | 'm' | 'f';

export type Resolved =
  | { readonly kind: 'found'; readonly relation: Relation }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly reason: string };

interface ClassRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  readonly populated: boolean;
  readonly position: number | null;
}

/** What a relation kind is called, for those whose rows can't be counted. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  i: 'an index',
  I: 'a partitioned index',
  S: 'a sequence',
  c: 'a composite type',
  t: 'a TOAST table',
};

/**
 * Finds a table, view or foreign table in `pg_class`. `information_schema` and `to_regclass` are of no use: both hide
 * what the role may not read, and a hidden table would then look lost.
 */
export async function resolveRelation(client: ClientBase, written: WrittenName): Promise<Resolved> {
  const names = written.table.quoted
    ? [written.table.text]
    : [written.table.text, written.table.text.toLowerCase()];
  const { rows } = await client.query<ClassRow>(
    `select c.oid::text as oid, n.nspname as schema, c.relname as name, c.relkind::text as kind,
            c.relispopulated as populated, pg_catalog.array_position(pg_catalog.current_schemas(false), n.nspname) as position
       from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relname = any($1) and n.nspname not like 'pg\\_toast%'`,
    [names],
  );
  const name = matchName(
    written.table,
    rows.map((row) => row.name),
  );
  const named = rows.filter((row) => row.name === name);
  return written.schema === undefined
    ? unqualified(named, written.table.text)
    : inSchema(named, written.schema);
}

function inSchema(rows: readonly ClassRow[], schema: NamePart): Resolved {
  const name = matchName(
    schema,
    rows.map((row) => row.schema),
  );
  const row = rows.find((candidate) => candidate.schema === name);
  return row === undefined ? { kind: 'missing' } : readable(row);
}

function unqualified(rows: readonly ClassRow[], text: string): Resolved {
  const visible = rows
    .filter((row) => row.position !== null)
    .sort((a, b) => (a.position ?? 0) - (b.position ?? 0))[0];
  if (visible !== undefined) return readable(visible);
  const elsewhere = rows.filter((row) => !['pg_catalog', 'information_schema'].includes(row.schema));
  if (elsewhere.length === 0) return { kind: 'missing' };
  // Not "missing": the table is there, and this role's search_path (or its USAGE on the schema) hides it.
  const places = elsewhere.map((row) => `${row.schema}.${row.name}`).join(', ');
  return {
    kind: 'unreadable',
    reason: `"${text}" is not in the search_path of this role, but there is ${places}: name the schema, and grant USAGE on it`,
  };
}

function readable(row: ClassRow): Resolved {
  const other = OTHER_KINDS[row.kind];
  if (other !== undefined)
    return { kind: 'unreadable', reason: `${row.schema}.${row.name} is ${other}, not a table` };
  if (!row.populated) {
    return {
      kind: 'unreadable',
      reason: `the materialized view ${row.schema}.${row.name} was never populated: REFRESH MATERIALIZED VIEW it`,
    };
  }
  return {
    kind: 'found',
    relation: {
      oid: Number(row.oid),
      schema: row.schema,
      name: row.name,
      kind: row.kind as ReadableKind,
      sql: `${quoteIdent(row.schema)}.${quoteIdent(row.name)}`,
    },
  };
}
