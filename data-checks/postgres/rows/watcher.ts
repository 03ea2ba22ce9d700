import type { Client } from 'pg';
import { readOnlyClientConfig } from '../../../safety/read-only-session.ts';

/** A connection that sees each moment as it is, outside of the comparison's snapshot. It only asks. */
export async function openWatcher(url: string, statementTimeoutMs: number): Promise<Client> {
  const { default: pg } = await import('pg');
  const client = new pg.Client(readOnlyClientConfig(url, { statementTimeoutMs }));
  // Without a listener, a connection cut between two queries would end the process. The next query reports it.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}
