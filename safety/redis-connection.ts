import type * as Ioredis from 'ioredis';
import { importOptional } from '../host/import-optional.ts';

/** A connection to a Redis that ends when it is lost. */
export interface RedisConnection {
  readonly client: Ioredis.Redis;
  /** Does what asks the server, and ends the connection when that takes longer. @throws Error with the first cause */
  inTime<T>(milliseconds: number, work: () => Promise<T>): Promise<T>;
}

/**
 * Connects to database 0, which a user without the right to choose may read.
 * @param server `redis://` address without its database
 * @throws Error of the server or the client; GreenlightError PART_MISSING without the client
 */
export async function connectRedis(server: string, timeoutMs: number): Promise<RedisConnection> {
  const { Redis: Client } = await importOptional('ioredis', () => import('ioredis'));
  const client = new Client(server, {
    lazyConnect: true,
    // Told a number, the client would go on in database 0 when the server refuses it.
    db: 0,
    connectionName: 'greenlight',
    connectTimeout: Math.min(timeoutMs, 10_000),
    // A client that connects again by itself would hide that the server was gone.
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  });
  // The client's own words on a command after the end are only that the connection is closed.
  let why: Error | undefined;
  client.on('error', (error: Error) => (why ??= error));
  try {
    await client.connect();
  } catch (error) {
    client.disconnect();
    throw why ?? error;
  }
  return {
    client,
    inTime: async (milliseconds, work) => {
      // One timer for all: the client's own would be one for each command.
      const timer = setTimeout(() => {
        why ??= new Error(`no answer within ${milliseconds} ms`);
        client.disconnect();
      }, milliseconds);
      try {
        return await work();
      } catch (error) {
        throw error instanceof TypeError ? error : (why ?? error);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
