import pg from 'pg';
import { createHistogram, type Histogram } from './histogram.ts';

export interface Queryable {
  query<R extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<pg.QueryResult<R>>;
}

/** How full a database server is: connections of clients, whoever they are, and how many it takes. */
export interface Connections {
  readonly used: number;
  readonly limit: number;
}

export interface Database extends Queryable {
  /** Runs statements as one transaction: all or nothing. */
  transaction<T>(body: (tx: Queryable) => Promise<T>): Promise<T>;
  /** How long the statements took on their connection, without the wait for one. */
  readonly queryTimes: Histogram;
  /** Asked over a connection of its own: a pool that is used up could not tell. @throws Error */
  connections(): Promise<Connections>;
  end(): Promise<void>;
}

/** Seconds. */
const QUERY_BOUNDS = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 5];

/** Opens the database of a shop. Connecting fails after two seconds, so that a lost one is an answer and no hang. */
export function openDatabase(url: string, name: string): Database {
  const pool = openPool(url, name, { max: 10, statement_timeout: 10_000 });
  const own = openPool(url, `${name}-metrics`, { max: 1, statement_timeout: 1000, idleTimeoutMillis: 0 });
  const queryTimes = createHistogram(QUERY_BOUNDS);
  const timed = (client: pg.PoolClient): Queryable => ({
    query: async (text, values) => {
      const started = performance.now();
      try {
        return await client.query(text, values === undefined ? [] : [...values]);
      } finally {
        queryTimes.observe((performance.now() - started) / 1000);
      }
    },
  });
  return {
    queryTimes,
    query: (text, values) => onOne(pool, (client) => timed(client).query(text, values)),
    transaction: (body) =>
      onOne(pool, async (client) => {
        await client.query('begin');
        const result = await body(timed(client));
        await client.query('commit');
        return result;
      }),
    connections: async () => {
      const { rows } = await own.query<Connections>(
        `select count(*)::int as used, current_setting('max_connections')::int as "limit"
         from pg_stat_activity where backend_type = 'client backend'`,
      );
      return required(rows[0]);
    },
    end: async () => {
      await Promise.all([pool.end(), own.end()]);
    },
  };
}

function openPool(url: string, name: string, settings: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: 2000,
    application_name: name,
    ...settings,
  });
  // An idle connection that the server ends would otherwise end the process; the next query opens a new one.
  pool.on('error', (error) => process.stderr.write(`${name}: database connection lost: ${error.message}\n`));
  return pool;
}

/** Lends a connection. One on which something failed may be in the middle of it, and must not go back to the pool. */
async function onOne<T>(pool: pg.Pool, body: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    const result = await body(client);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** The first row, if there is one. */
export async function oneRow<R extends pg.QueryResultRow>(
  database: Queryable,
  text: string,
  values: readonly unknown[],
): Promise<R | undefined> {
  const { rows } = await database.query<R>(text, values);
  return rows[0];
}

/** Whether a failed statement broke a unique constraint. */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505';
}

/** Whether a text can be an id: PostgreSQL answers anything else with an error. */
export function isId(text: string): boolean {
  return /^[1-9]\d{0,17}$/.test(text);
}

/** A row that a statement with `returning` must have given. */
export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the database returned no row');
  return value;
}
