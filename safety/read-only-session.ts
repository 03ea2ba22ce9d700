import { postgresAddressProblem } from './database-address.ts';

/** How a read-only session on PostgreSQL is limited. All times in milliseconds. */
export interface ReadOnlySession {
  /** One statement may take this long. */
  readonly statementTimeoutMs: number;
  /** How long to wait for a lock that a migration holds; default 5000. */
  readonly lockTimeoutMs?: number;
  /** How long connecting may take; default 10 000. */
  readonly connectTimeoutMs?: number;
}

/** The part of a `pg` client that is used here. */
export interface StatementRunner {
  query(text: string): Promise<{ readonly rows: readonly unknown[] }>;
}

/**
 * Options for `new pg.Client(...)`. Limits are not sent as start-up options, because connection poolers refuse
 * those: `beginReadOnly` sets them inside the transaction.
 * @throws Error for an address that the driver would read otherwise than it is meant
 */
export function readOnlyClientConfig(connectionString: string, session: ReadOnlySession) {
  const problem = postgresAddressProblem(connectionString);
  if (problem !== undefined) throw new Error(`the address ${problem}`);
  return {
    connectionString,
    application_name: 'greenlight',
    connectionTimeoutMillis: session.connectTimeoutMs ?? 10_000,
    // The server's own limit comes first; this one is for a server that went silent.
    query_timeout: session.statementTimeoutMs + 5_000,
    keepAlive: true,
  };
}

/**
 * The statements that open the transaction: one consistent view, nothing can be written, and row-level security
 * makes a query fail instead of hiding rows from it.
 */
export function readOnlyStatements(session: ReadOnlySession): readonly string[] {
  return [
    'begin transaction isolation level repeatable read read only',
    'set local row_security = off',
    `set local statement_timeout = ${milliseconds(session.statementTimeoutMs)}`,
    `set local lock_timeout = ${milliseconds(session.lockTimeoutMs ?? 5_000)}`,
    `set local idle_in_transaction_session_timeout = ${milliseconds(session.statementTimeoutMs + 60_000)}`,
    "set local timezone = 'UTC'",
    "set local datestyle = 'ISO, YMD'",
    "set local intervalstyle = 'postgres'",
    "set local bytea_output = 'hex'",
    'set local extra_float_digits = 1',
  ];
}

/**
 * Begins the read-only transaction on a connected client and proves that it is one. End it with `rollback`.
 * @throws Error of the driver, or when the server does not confirm that nothing can be written
 */
export async function beginReadOnly(client: StatementRunner, session: ReadOnlySession): Promise<void> {
  for (const statement of readOnlyStatements(session)) await client.query(statement);
  const { rows } = await client.query(
    "select current_setting('transaction_read_only') as read_only, current_setting('row_security') as row_security",
  );
  const confirmed = rows[0] as { read_only?: unknown; row_security?: unknown } | undefined;
  if (confirmed?.read_only !== 'on' || confirmed.row_security !== 'off') {
    throw new Error('the server did not confirm a read-only transaction with row_security off');
  }
}

function milliseconds(value: number): number {
  if (!Number.isInteger(value) || value <= 0)
    throw new Error(`${value} is not a whole number of milliseconds`);
  return value;
}
