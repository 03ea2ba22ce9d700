import pg from 'pg';
import { untilGone } from './pool.ts';

/** Runs statements on a connection of their own. */
export async function runSql(url: string, statements: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', untilGone);
  await client.connect();
  try {
    await client.query(statements);
  } finally {
    await client.end();
  }
}
