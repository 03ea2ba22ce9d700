import { Unavailable } from '../../contract/cannot-tell.ts';
import type * as Mysql2 from 'mysql2';
import { type SqlPort } from '../../contract/ports/sql-rows.ts';
import { importOptional } from '../../host/import-optional.ts';
import { mysqlConnection } from '../database-address.ts';
import type { SqlLimits } from './limits.ts';
import { rowsOf } from './postgres-rows.ts';

/** A value on the wire: with `typeCast: false` always its text. */
type Raw = Buffer | string | null;

/** Which limit a server has; the other one is unknown to it (error 1193). */
const NO_SUCH_VARIABLE = 1193;

/** The client puts values into the text and escapes them by backslashes, which a server may be set to take as they are. */
const BACKSLASH_ESCAPES = "set session sql_mode = replace(@@session.sql_mode, 'NO_BACKSLASH_ESCAPES', '')";

/** Reads rows from MariaDB or MySQL, each statement on a connection of its own. @param url already resolved */
export function openMysqlRows(url: string, limits: SqlLimits): SqlPort {
  const ask = <T>(look: (run: Run) => Promise<T>): Promise<T> =>
    readOnly(url, limits, look).catch((error: unknown) => {
      throw unavailable(error);
    });
  return {
    read: ({ text, values, as }) =>
      ask(async (run) => {
        if (as !== undefined) throw new Error('roles and their settings exist on PostgreSQL only');
        if (values !== undefined && values.length > 0) await run(BACKSLASH_ESCAPES);
        const { rows, columns } = await run(text, values);
        return rowsOf(columns, rows, limits.mostRows);
      }),
    identity: () => ask(identityOfMysql),
    close: async () => undefined,
  };
}

/** Where servers say since when they run: MariaDB, and MySQL from 5.7. */
const STATUS_TABLES = ['information_schema.global_status', 'performance_schema.global_status'] as const;
/** There is no such table, or it is switched off. */
const NO_STATUS: readonly unknown[] = [1109, 1146, 3167];

/** Which database of which running server this is. Copies share names and ids; the moment of the start they don't. */
export async function identityOfMysql(run: Run): Promise<string> {
  const [mariadb, mysql] = STATUS_TABLES;
  const from = (table: string): ReturnType<Run> =>
    run(
      `select @@hostname, @@port, @@datadir, database(), round(unix_timestamp() - variable_value, -1)
         from ${table} where variable_name = 'uptime'`,
    );
  const { rows } = await from(mariadb).catch((error: unknown) => {
    if (NO_STATUS.includes((error as { readonly errno?: unknown }).errno)) return from(mysql);
    throw error;
  });
  const [row] = rows;
  if (row === undefined) throw new Error('the server did not say since when it runs');
  return row.join('/');
}

type Run = (
  sql: string,
  values?: readonly (string | number | boolean | null)[],
) => Promise<{ readonly rows: readonly (string | null)[][]; readonly columns: readonly string[] }>;

async function readOnly<T>(
  url: string,
  { statementTimeoutMs, mostRows }: SqlLimits,
  look: (run: Run) => Promise<T>,
): Promise<T> {
  const { default: mysql } = await importOptional('mysql2', () => import('mysql2'));
  const connection = mysql.createConnection({
    ...mysqlConnection(url),
    charset: 'utf8mb4',
    connectTimeout: statementTimeoutMs,
    multipleStatements: false,
    // Reading a file of ours for the server is no part of reading its rows.
    flags: ['-LOCAL_FILES'],
  });
  // Without a listener a connection that breaks between two statements would end the process.
  connection.on('error', () => undefined);
  const run: Run = (sql, values = []) =>
    new Promise((resolve, reject) => {
      // The server's own limit comes first; this one is for a server that went silent.
      const timer = setTimeout(() => {
        reject(new Error(`no answer within ${statementTimeoutMs} ms`));
        connection.destroy();
      }, statementTimeoutMs + 2000);
      connection.query(
        { sql, values: [...values], rowsAsArray: true, typeCast: false },
        (error: Mysql2.QueryError | null, rows: unknown, fields: Mysql2.FieldPacket[] | undefined) => {
          clearTimeout(timer);
          if (error) reject(error);
          else resolve({ rows: textsOf(rows), columns: (fields ?? []).map(({ name }) => name) });
        },
      );
    });
  try {
    await limitTime(run, statementTimeoutMs);
    await run(`set session time_zone = '+00:00', session sql_select_limit = ${mostRows + 1}`);
    await run('set session lock_wait_timeout = 2');
    await run('start transaction with consistent snapshot, read only');
    return await look(run);
  } finally {
    connection.destroy();
  }
}

async function limitTime(run: Run, milliseconds: number): Promise<void> {
  try {
    await run(`set session max_statement_time = ${milliseconds / 1000}`);
  } catch (error) {
    if ((error as { readonly errno?: unknown }).errno !== NO_SUCH_VARIABLE) throw error;
    await run(`set session max_execution_time = ${milliseconds}`);
  }
}

function textsOf(rows: unknown): (string | null)[][] {
  if (!Array.isArray(rows)) return [];
  return (rows as readonly (readonly Raw[])[]).map((row) =>
    row.map((value) => (value === null ? null : value.toString())),
  );
}

function unavailable(error: unknown): Error {
  // How a missing client is installed says its own error.
  if (error instanceof Error && error.name === 'GreenlightError') return error;
  const message = error instanceof Error ? error.message || String(error) : String(error);
  return new Unavailable(`MariaDB or MySQL could not be asked: ${message}`, hintFor(error), {
    cause: error,
  });
}

function hintFor(error: unknown): string {
  switch ((error as { readonly errno?: unknown }).errno) {
    case 1054: // no such column
    case 1064: // does not parse
    case 1146: // no such table
      return 'correct the statement: run it by hand on this database';
    case 1044: // denied: database
    case 1142: // table
    case 1143: // column
      return 'grant the user SELECT on what the statement reads, and no more';
    case 1205: // a lock
    case 1969: // MariaDB's limit
    case 3024: // MySQL's limit
      return 'give it more time (budgetMs), an index, or less to read; it waits for no lock for long';
    case 1792:
      return 'let the statement only read: the session is read-only';
    default:
      return 'check the address, that the server runs, and that this machine and this user may connect';
  }
}
