import type { Client } from 'pg';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import type { RecordLookup } from '../../../contract/ports/records.ts';
import { identityOfPostgres, readOnlyConnection } from '../../../safety/read-only-connection.ts';
import { selectByEquality } from './select.ts';

/** A look-up by key is quick or it is a table scan that a busy production database should not have to do. */
const SESSION = { statementTimeoutMs: 5000, lockTimeoutMs: 2000, connectTimeoutMs: 5000 };

/**
 * Looks up rows in PostgreSQL, each look in its own read-only transaction. Dates come back as ISO 8601 text; bigint and numeric as decimal text.
 * @param url connection string, already resolved
 */
export function postgresLookup(url: string): RecordLookup {
  const connection = readOnlyConnection(url, SESSION);
  const inTurn = <T>(look: (session: Client) => Promise<T>): Promise<T> =>
    connection.inTurn(look).catch((error: unknown) => {
      throw unavailable(error);
    });

  return {
    async find(query) {
      const select = selectByEquality(query);
      const { rows } = await inTurn((session) =>
        session.query<Record<string, unknown>>(select.text, [...select.values]),
      );
      return { rows: rows.map(plainRow) };
    },
    ready: async () => {
      const { rows } = await inTurn((session) => session.query<Readable>(READABLE));
      const { tables, readable } = rows[0] ?? { tables: 0, readable: 0 };
      if (tables === 0 || readable > 0) return;
      throw new PortUnavailable(
        'records',
        `the role ${rows[0]?.role ?? ''} may read none of the ${tables} tables of this database`,
        'grant it SELECT on the tables and USAGE on their schemas (pg_read_all_data gives both), or name another role in the address',
      );
    },
    identity: () => inTurn(identityOfPostgres),
    close: () => connection.close(),
  };
}

interface Readable {
  readonly role: string;
  readonly tables: number;
  readonly readable: number;
}

/** That a role may connect says nothing: one without rights on any table is let in as well. */
const READABLE = `select current_user as role, count(*)::int as tables,
    (count(*) filter (where pg_catalog.has_schema_privilege(n.oid, 'usage')
      and pg_catalog.has_any_column_privilege(c.oid, 'select')))::int as readable
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema')
   and n.nspname not like 'pg\\_toast%' and n.nspname not like 'pg\\_temp\\_%'`;

function plainRow(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  );
}

function unavailable(error: unknown): PortUnavailable {
  if (error instanceof PortUnavailable) return error;
  const message = error instanceof Error ? error.message || String(error) : String(error);
  const code = (error as { code?: unknown }).code;
  const hint =
    code === '42P01' || code === '42703'
      ? 'check the table and column names of the query against the schema of this side'
      : 'check the connection string, and that its user may read';
  return new PortUnavailable('records', `PostgreSQL could not be asked: ${message}`, hint, { cause: error });
}
