import type { Redis } from 'ioredis';
import type { Product, ShopStore } from './store.ts';

const LIFETIME_S = 5;

/** The products, read through a short cache: the catalogue is what most visitors ask for. */
export interface Catalogue {
  list(): Promise<readonly Product[]>;
  /** Always from the database: a price that is charged must be the present one. */
  find(sku: string): Promise<Product | undefined>;
}

/** Creates the cached catalogue of a shop. */
export function createCatalogue(store: ShopStore, redis: Redis, prefix: string): Catalogue {
  const key = `${prefix}:catalogue`;
  return {
    list: async () => {
      const cached = await redis.get(key);
      if (cached !== null) return JSON.parse(cached) as readonly Product[];
      const products = await store.products();
      await redis.set(key, JSON.stringify(products), 'EX', LIFETIME_S);
      return products;
    },
    find: (sku) => store.product(sku),
  };
}
