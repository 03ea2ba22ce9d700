import type { Redis } from 'ioredis';

/** Bytes that Redis uses, and may use: 0 when it has no limit. */
export interface CacheMemory {
  readonly used: number;
  readonly limit: number;
}

/** What Redis says about its own memory. @throws Error when it does not say: an emulated one does not */
export async function cacheMemory(redis: Redis): Promise<CacheMemory> {
  const said = await redis.info('memory');
  const bytes = (field: string): number => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(said)?.[1] ?? NaN);
  const [used, limit] = [bytes('used_memory'), bytes('maxmemory')];
  if (!Number.isFinite(used + limit)) throw new Error('this Redis does not say how much memory it uses');
  return { used, limit };
}
