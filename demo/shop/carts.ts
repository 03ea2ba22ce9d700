import type { Redis } from 'ioredis';
import type { OrderRequest } from './pricing.ts';

const LIFETIME_S = 3600;

/** What customers chose on the pages but have not ordered yet. */
export interface Carts {
  put(customerId: string, items: readonly OrderRequest[]): Promise<void>;
  get(customerId: string): Promise<readonly OrderRequest[]>;
  empty(customerId: string): Promise<void>;
}

/** Keeps each cart as a hash of sku -> quantity. */
export function createCarts(redis: Redis, prefix: string): Carts {
  const key = (customerId: string): string => `${prefix}:cart:${customerId}`;
  return {
    put: async (customerId, items) => {
      const fields = items.flatMap((item) => [item.sku, String(item.quantity)]);
      const replace = redis.multi().del(key(customerId));
      if (fields.length > 0) replace.hset(key(customerId), ...fields).expire(key(customerId), LIFETIME_S);
      await replace.exec();
    },
    get: async (customerId) =>
      Object.entries(await redis.hgetall(key(customerId)))
        .map(([sku, quantity]) => ({ sku, quantity: Number(quantity) }))
        .sort((a, b) => (a.sku < b.sku ? -1 : 1)),
    empty: async (customerId) => {
      await redis.del(key(customerId));
    },
  };
}
