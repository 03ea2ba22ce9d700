import type { Client } from 'pg';
import { beginReadOnly, readOnlyClientConfig, type ReadOnlySession } from './read-only-session.ts';

/** One connection to PostgreSQL, made when it is first needed and again when it was lost. */
export interface ReadOnlyConnection {
  /** Looks in a read-only transaction of its own, after the looks before it. @throws what connecting or the look throws */
  inTurn<T>(look: (session: Client) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * Each look is its own read-only transaction, so that a poll sees new rows and a connection is never left inside one.
 * @param url connection string, already resolved
 */
export function readOnlyConnection(url: string, limits: ReadOnlySession): ReadOnlyConnection {
  let client: Client | undefined;
  // One connection takes one statement after the other; looks from several steps must not mix their transactions.
  let queue: Promise<unknown> = Promise.resolve();

  const connect = async (): Promise<Client> => {
    if (client) return client;
    const { default: pg } = await import('pg');
    const fresh = new pg.Client(readOnlyClientConfig(url, limits));
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
      await beginReadOnly(session, limits);
      const seen = await look(session);
      await session.query('rollback');
      return seen;
    } catch (error) {
      client = undefined;
      // The connection is in an unknown state; whether closing it works changes nothing about what we report.
      await session?.end().catch(() => undefined);
      throw error;
    }
  };

  return {
    inTurn(look) {
      const mine = queue.then(() => readOnly(look));
      queue = mine.catch(() => undefined);
      return mine;
    },
    close: async () => {
      await queue;
      const open = client;
      client = undefined;
      await open?.end();
    },
  };
}

/**
 * Which database of which running server this is. A server that was copied or promoted has the identifier of its origin,
 * so the time at which it started belongs to it.
 */
export async function identityOfPostgres(session: Client): Promise<string> {
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
