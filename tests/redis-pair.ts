import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { startRedis } from '../demo/parts/redis.ts';

/** One real, empty Redis on a random port of this machine. */
export interface TestRedis {
  readonly url: string;
  readonly pid: number;
  readonly client: Redis;
  stop(): Promise<void>;
}

/** Two of them, and how both end without leaving anything. */
export interface RedisPair {
  readonly old: TestRedis;
  readonly new: TestRedis;
  stop(): Promise<void>;
}

export async function startRedisPair(): Promise<RedisPair> {
  const directory = await mkdtemp(path.join(tmpdir(), 'greenlight-redis-'));
  const [old, next] = await Promise.all([
    start(path.join(directory, 'old')),
    start(path.join(directory, 'new')),
  ]);
  return {
    old,
    new: next,
    stop: async () => {
      await Promise.all([old.stop(), next.stop()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function start(directory: string): Promise<TestRedis> {
  const server = await startRedis({ directory, source: 'installed' }, { PATH: process.env['PATH'] });
  const client = new Redis(server.url, { retryStrategy: () => null });
  client.on('error', () => undefined);
  return {
    url: server.url,
    pid: server.pid ?? 0,
    client,
    stop: async () => {
      client.disconnect();
      await server.stop();
    },
  };
}
