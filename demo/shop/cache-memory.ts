import type { Redis } from 'ioredis';

/** Bytes that Redis uses, and may use; `limit` is undefined when it has none. */
export interface CacheMemory {
  readonly used: number;
  readonly limit: number | undefined;
}

/** What Redis says about its own memory. @throws Error when it does not say: an emulated one does not */
export async function cacheMemory(redis: Redis): Promise<CacheMemory> {
  const said = await redis.info('memory');
  const bytes = (field: string): number => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(said)?.[1] ?? NaN);
  const used = bytes('used_memory');
  if (!Number.isFinite(used)) throw new Error('this Redis does not say how much memory it uses');
  const limit = bytes('maxmemory');
  return { used, limit: limit > 0 ? limit : undefined };
}
