import type * as Mysql2 from 'mysql2';
import { importOptional } from '../../host/import-optional.ts';
import { mysqlConnection } from '../../safety/database-address.ts';

export interface MysqlOptions {
  /** `mysql://` or `mariadb://` address. Never shown: it may hold a password. */
  readonly url: string;
  /** Longest time without any answer, in milliseconds. */
  readonly timeoutMs: number;
}

/** A row as the server wrote it: bytes of its text form, whatever the type. */
export type RawRow = readonly (Buffer | null)[];

/** One read-only transaction that sees one moment, on a MariaDB or MySQL server. */
export interface MysqlSession {
  /** Such as `10.11.6-MariaDB`. */
  readonly version: string;
  readonly database: string;
  query(sql: string, values?: readonly (string | number)[]): Promise<readonly RawRow[]>;
  /** Names of the columns of a query, in their order. */
  columnsOf(sql: string): Promise<readonly string[]>;
  /** Rows one after another, read no faster than they are taken. */
  stream(sql: string): AsyncIterable<RawRow>;
  /** What could not be pinned on this server. */
  readonly notes: readonly string[];
  /** Lets go of the tables that were read, and keeps the moment that the transaction sees. */
  release(): Promise<void>;
  /** Whether it can't be asked any more: it was closed, lost, or left in the middle of a stream. */
  readonly ended: boolean;
  close(): Promise<void>;
}

/** What shapes the text of a value is pinned; nothing here may depend on how a server was set up. */
const PINNED = [
  `set names utf8mb4`,
  `set session time_zone = '+00:00', session sql_mode = '', session lock_wait_timeout = 5`,
  // A reader that waits for the other side must not lose its stream.
  `set session net_write_timeout = 3600, session wait_timeout = 28800`,
  // A limit that the server sets for everybody would end every stream early, without an error.
  `set session sql_select_limit = 18446744073709551615`,
  `set session sql_quote_show_create = 1`,
  `set session transaction isolation level repeatable read`,
  `start transaction with consistent snapshot, read only`,
  `savepoint greenlight`,
];

/** The error of a server for a variable that it does not have. */
const NO_SUCH_VARIABLE = 1193;

/** What a server may not have, or not allow; its absence is told, or seen as a table that changes while it is read. */
async function pinWhereAllowed(
  run: (sql: string) => Promise<unknown>,
  version: string,
): Promise<readonly string[]> {
  const limit = /mariadb/i.test(version) ? 'max_statement_time' : 'max_execution_time';
  try {
    await run(`set session ${limit} = 0`);
  } catch (error) {
    // A server without such a limit can't cut a stream with it.
    if ((error as { readonly errno?: unknown }).errno !== NO_SUCH_VARIABLE) throw error;
  }
  try {
    // A filter with now() must choose the same rows whenever they are read.
    await run('set session timestamp = unix_timestamp(now(6))');
    return [];
  } catch (error) {
    if (!(error instanceof Error) || isLostMysql(error)) throw error;
    return [`old: now() goes on while rows are read (${error.message})`];
  }
}

/** @throws Error of the server or the driver; GreenlightError PART_MISSING without the client */
export async function openMysql({ url, timeoutMs }: MysqlOptions): Promise<MysqlSession> {
  const { default: mysql } = await importOptional('mysql2', () => import('mysql2'));
  const connection = mysql.createConnection({
    ...mysqlConnection(url),
    charset: 'utf8mb4',
    connectTimeout: Math.min(timeoutMs, 10_000),
    multipleStatements: false,
    // Reading a file of ours for the server is no part of reading its rows.
    flags: ['-LOCAL_FILES'],
  });
  // Without a listener, a connection cut between two queries would end the process. The next query reports it.
  connection.on('error', () => (ended = true));
  connection.on('end', () => (ended = true));
  let ended = false;
  const end = (): void => {
    ended = true;
    connection.destroy();
  };
  const run = (
    sql: string,
    values: readonly (string | number)[] = [],
  ): Promise<[readonly RawRow[], Mysql2.FieldPacket[]]> =>
    inTime(timeoutMs, end, (resolve, reject) => {
      // Without type casts, everything comes as the bytes that the server sent.
      connection.query(
        { sql, values: [...values], rowsAsArray: true, typeCast: false },
        (error, rows, fields) => {
          if (error) reject(error);
          else resolve([Array.isArray(rows) ? (rows as unknown as readonly RawRow[]) : [], fields]);
        },
      );
    });
  const close = async (): Promise<void> => end();
  try {
    for (const statement of PINNED) await run(statement);
    const [[[version = null, database = null] = []]] = [(await run('select version(), database()'))[0]];
    const notes = await pinWhereAllowed(run, String(version));
    if (database === null) throw new Error('the address names no database: write mysql://host/name');
    return {
      version: String(version),
      database: database.toString(),
      query: async (sql, values) => (await run(sql, values))[0],
      columnsOf: async (sql) => (await run(sql))[1].map((field) => field.name),
      stream: (sql) => streamOf(connection, sql, timeoutMs, { end, ended: () => ended }),
      notes,
      release: async () => {
        // Without this, an ALTER of a table that was read waits until the whole run is over, and everybody behind it.
        await run('rollback to savepoint greenlight');
      },
      get ended() {
        return ended;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** No answer for so long ends the connection, and with it whatever waits for it. */
function inTime<T>(
  timeoutMs: number,
  end: () => void,
  work: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => {
      end();
      reject(new ConnectionLost(`no answer within ${timeoutMs} ms`));
    }, timeoutMs);
    const settled =
      <V>(settle: (value: V) => void) =>
      (value: V): void => {
        clearTimeout(timer);
        settle(value);
      };
    work(settled(resolve), settled(reject));
  });
}

/** The server went away, or never answered. */
class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

interface Lifeline {
  /** Ends the connection. */
  readonly end: () => void;
  readonly ended: () => boolean;
}

async function* streamOf(
  connection: Mysql2.Connection,
  sql: string,
  timeoutMs: number,
  { end, ended }: Lifeline,
): AsyncGenerator<RawRow> {
  if (ended()) throw new ConnectionLost('the connection was closed');
  const rows = connection.query({ sql, rowsAsArray: true, typeCast: false }).stream({ highWaterMark: 500 });
  const stalled = (): void => {
    rows.destroy(new ConnectionLost(`no row within ${timeoutMs} ms`));
  };
  let timer = setTimeout(stalled, timeoutMs);
  let [waiting, complete] = [0, false];
  // A connection that ends without a word must not leave the stream waiting.
  const lost = (): void => {
    if (!rows.readableEnded)
      rows.destroy(new ConnectionLost('the connection was closed in the middle of a table'));
  };
  connection.once('end', lost);
  connection.once('error', lost);
  // Asked on a connection that is closed already, the client says so at once, to the connection's listeners only.
  if (ended()) lost();
  try {
    for await (const row of rows) {
      yield row as RawRow;
      // A timer for each row would cost more than the row.
      if ((waiting += 1) % 1000 !== 0) continue;
      clearTimeout(timer);
      timer = setTimeout(stalled, timeoutMs);
    }
    complete = true;
  } finally {
    clearTimeout(timer);
    connection.off('end', lost);
    connection.off('error', lost);
    // What is left of the rows would be taken for the answer to the next question.
    if (!complete) end();
  }
}

/** Whether an error means that the server is not there (any more), rather than that it refused a statement. */
export function isLostMysql(error: unknown): boolean {
  if (error instanceof ConnectionLost) return true;
  if (!(error instanceof Error)) return false;
  const { code, fatal } = error as { readonly code?: unknown; readonly fatal?: unknown };
  return (
    fatal === true ||
    (typeof code === 'string' && /^(PROTOCOL_|ECONN|EPIPE|ETIMEDOUT|ER_SERVER_SHUTDOWN)/.test(code))
  );
}

/** Quotes one identifier for MariaDB and MySQL. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
