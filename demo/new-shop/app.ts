import type { FastifyInstance } from 'fastify';
import type { ShopConfig } from '../shop/config.ts';
import { createParts } from '../shop/parts.ts';
import { buildShopApp } from '../shop/shop-app.ts';
import type { ShopFault } from '../faults/shop-fault.ts';
import { createNewShopStore } from './store.ts';

/** The new shop. Without a fault not a line of fault code runs. */
export function createNewShop(config: ShopConfig, fault?: ShopFault): FastifyInstance {
  const used = fault?.config?.(config) ?? config;
  const sound = createParts('new', used, createNewShopStore(used.databaseUrl));
  const parts = { ...sound, ...fault?.parts?.(sound) };
  const app = buildShopApp(parts);
  fault?.routes?.(app);
  app.addHook('onClose', () => parts.close());
  return app;
}
