import type { Client } from 'pg';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import type { RecordLookup } from '../../../contract/ports/records.ts';
import { beginReadOnly, readOnlyClientConfig } from '../../../safety/read-only-session.ts';
import { selectByEquality } from './select.ts';

/** A look-up by key is quick or it is a table scan that a busy production database should not have to do. */
const SESSION = { statementTimeoutMs: 5000, lockTimeoutMs: 2000, connectTimeoutMs: 5000 };

/**
 * Looks up rows in PostgreSQL. Each look is its own read-only transaction, so that a poll sees new rows and a
 * connection is never left inside one. Dates come back as ISO 8601 text; bigint and numeric as decimal text.
 * @param url connection string, already resolved
 */
export function postgresLookup(url: string): RecordLookup {
  let client: Client | undefined;
  // One connection takes one statement after the other; looks from several steps must not mix their transactions.
  let queue: Promise<unknown> = Promise.resolve();

  const connect = async (): Promise<Client> => {
    if (client) return client;
    const { default: pg } = await import('pg');
    const fresh = new pg.Client(readOnlyClientConfig(url, SESSION));
    // Without a listener a connection that breaks between two looks would end the whole process.
    fresh.on('error', () => {
      if (client === fresh) client = undefined;
    });
    await fresh.connect();
    client = fresh;
    return fresh;
  };

  const readOnly = async <T>(look: (session: Client) => Promise<T>): Promise<T> => {
    let session: Client | undefined;
    try {
      session = await connect();
      await beginReadOnly(session, SESSION);
      const seen = await look(session);
      await session.query('rollback');
      return seen;
    } catch (error) {
      client = undefined;
      // The connection is in an unknown state; whether closing it works changes nothing about what we report.
      await session?.end().catch(() => undefined);
      throw unavailable(error);
    }
  };

  const inTurn = <T>(look: (session: Client) => Promise<T>): Promise<T> => {
    const mine = queue.then(() => readOnly(look));
    queue = mine.catch(() => undefined);
    return mine;
  };

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
    identity: () => inTurn(identityOf),
    close: async () => {
      await queue;
      const open = client;
      client = undefined;
      await open?.end();
    },
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

/**
 * Which database of which running server this is. A server that was copied or promoted has the identifier of its origin,
 * so the time at which it started belongs to it.
 */
async function identityOf(session: Client): Promise<string> {
  const { rows } = await session.query<{ oid: string; started: string; may: boolean }>(
    `select (select oid from pg_catalog.pg_database where datname = current_database())::text as oid,
            extract(epoch from pg_postmaster_start_time())::text as started,
            has_function_privilege('pg_catalog.pg_control_system()', 'execute') as may`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the server did not say which database it is');
  const system = row.may
    ? await session.query<{ id: string }>('select system_identifier::text as id from pg_control_system()')
    : undefined;
  return [system?.rows[0]?.id ?? 'unnamed', row.started, row.oid].join('/');
}

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
