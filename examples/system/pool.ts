import pg from 'pg';

/** A server that goes down while we are connected says so; unheard, it would end the whole process. */
export const untilGone = (): void => undefined;

/** Connections of a stand-in to its database. */
export function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  pool.on('error', untilGone);
  return pool;
}
