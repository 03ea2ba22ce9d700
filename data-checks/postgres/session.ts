import type { Client } from 'pg';
import { beginReadOnly, readOnlyClientConfig, readOnlyStatements } from '../../safety/read-only-session.ts';
import { quoteLiteral } from './names.ts';
import { sqlState } from './unreadable.ts';

export interface SessionOptions {
  /** `postgres://` address. Never shown: it may hold a password. */
  readonly url: string;
  /** Longest time of one statement, in milliseconds. */
  readonly statementTimeoutMs: number;
  /** Longest wait for a lock, in milliseconds; default 5000. */
  readonly lockTimeoutMs?: number;
  /** Joins the snapshot that another session exported, instead of taking its own. */
  readonly snapshot?: string;
}

/** One read-only repeatable-read transaction, open until `close`. */
export interface Session {
  readonly client: Client;
  /** The running server and the database: equal only for two sessions in the very same one, never for a clone. */
  readonly database: string;
  /** Ends the transaction and the connection; never throws. */
  close(): Promise<void>;
}

/**
 * Opens a connection and, in it, the one transaction that all reading happens in. It can't write, waits for no lock
 * for long, prints values the same way on every server, and gets an error instead of fewer rows where row-level
 * security would hide some.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { default: pg } = await import('pg');
  const client = new pg.Client(readOnlyClientConfig(options.url, options));
  // Without a listener, a connection cut between two queries would end the process. The next query reports it.
  client.on('error', () => undefined);
  const close = async (): Promise<void> => {
    await Promise.race([
      client.end().catch(() => undefined),
      new Promise<void>((resolve) => setTimeout(resolve, 2000).unref()),
    ]);
  };
  try {
    await client.connect();
    await begin(client, options);
    return { client, database: await databaseOf(client), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Copies made by file or by backup share system identifier and all oids; the moment of the start they don't share. */
async function databaseOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ started: string; oid: string }>(
    `select extract(epoch from pg_catalog.pg_postmaster_start_time())::text as started, oid::text as oid
       from pg_catalog.pg_database where datname = pg_catalog.current_database()`,
  );
  const row = rows[0];
  if (row === undefined) throw new Error('the server does not say which database this is');
  return `${row.started}/${row.oid}`;
}

/** What shapes the text of a value is pinned: the same value must print the same on both servers. */
const PINNED: Readonly<Record<string, string>> = {
  // The side that waits for the other one must not lose its snapshot.
  idle_in_transaction_session_timeout: '0',
  extra_float_digits: '3',
  intervalstyle: 'iso_8601',
  client_encoding: 'UTF8',
  standard_conforming_strings: 'on',
  xmlbinary: 'base64',
  quote_all_identifiers: 'off',
  lc_monetary: 'C',
  jit: 'off',
};

/** 17 and later. The comparison of many tables is one long transaction. */
const PIN_TRANSACTION_TIME = `select pg_catalog.set_config('transaction_timeout', '0', true)
  where pg_catalog.current_setting('transaction_timeout', true) is not null`;

/** Built-in functions win over same-named ones of the schemas; those stay reachable, for filters of the plan. */
const PIN_SEARCH_PATH = `select pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', 'pg_catalog', nullif(
  pg_catalog.array_to_string(array(select pg_catalog.quote_ident(s)
    from pg_catalog.unnest(pg_catalog.current_schemas(false)) s where s <> 'pg_catalog'), ', '), '')), true)`;

async function begin(client: Client, options: SessionOptions): Promise<void> {
  if (options.snapshot === undefined) await beginReadOnly(client, options);
  else {
    const [start, ...settings] = readOnlyStatements(options);
    // A snapshot can only be joined before the transaction has asked anything.
    const join = `set transaction snapshot ${quoteLiteral(options.snapshot)}`;
    for (const statement of [start ?? '', join, ...settings]) await client.query(statement);
  }
  await client.query(
    Object.entries(PINNED)
      .map(([name, value]) => `set local ${name} = '${value}'`)
      .join('; '),
  );
  await client.query(PIN_TRANSACTION_TIME);
  await client.query(PIN_SEARCH_PATH);
}

/** Whether an error means that the server is not there (any more), rather than that it refused a statement. */
export function isLostConnection(error: unknown): boolean {
  const state = sqlState(error);
  if (state === undefined) return isClientError(error);
  // 08 connection, 28 authorization, 3D000 no such database, 53300 too many connections, 57P shutdown, 25P03 and 25P04 idle
  // or too long in a transaction.
  return /^(08|28|3D000|53300|57P|25P0[34])/.test(state);
}

function isClientError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string') return true;
  return /connection (terminated|timeout|ended)|timeout expired|query read timeout|not queryable|closed/i.test(
    error.message,
  );
}
