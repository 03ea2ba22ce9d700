import pg from 'pg';

export type Database = pg.Pool;
type Queryable = Pick<pg.Pool, 'query'>;

/** Opens the pool of a shop. Connecting fails after two seconds, so that a lost database is an answer and no hang. */
export function openDatabase(url: string, name: string): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 2000,
    statement_timeout: 10_000,
    application_name: name,
  });
  // An idle connection that the server ends would otherwise end the process; the next query opens a new one.
  pool.on('error', (error) => process.stderr.write(`${name}: database connection lost: ${error.message}\n`));
  return pool;
}

/** Runs statements as one transaction: all or nothing. */
export async function inTransaction<T>(pool: Database, body: (client: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await body(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    // A connection whose transaction may still be open must not go back to the pool.
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
  const { rows } = await database.query<R>(text, [...values]);
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
