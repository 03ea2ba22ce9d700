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
 * Which database of which running server this is, in what every role may read: by what only some may read, one database would
 * be two. A server that was copied or promoted has the identifiers of its origin, and a start of its own.
 */
export async function identityOfPostgres(session: Client): Promise<string> {
  const { rows } = await session.query<{ oid: string; started: string }>(
    `select (select oid from pg_catalog.pg_database where datname = current_database())::text as oid,
            extract(epoch from pg_postmaster_start_time())::text as started`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the server did not say which database it is');
  return [row.started, row.oid].join('/');
}
