import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { requireInternalToken } from '../shop/api/internal.ts';
import type { ShopConfig } from '../shop/config.ts';
import { createParts } from '../shop/parts.ts';
import { buildShopApp } from '../shop/shop-app.ts';
import { ShopError } from '../shop/shop-error.ts';
import { createOldShopStore } from './store.ts';

/** The old shop: the shop as it was, plus the switch that stops it from writing while its data moves. */
export function createOldShop(config: ShopConfig): FastifyInstance {
  const parts = createParts('old', config, createOldShopStore(config.databaseUrl));
  const app = buildShopApp(parts);
  addMaintenance(app, config.internalToken);
  app.addHook('onClose', () => parts.close());
  return app;
}

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);
const DRAIN_WITHIN_MS = 10_000;

/** Maintenance refuses every writing request, and is only on when those under way are done. */
function addMaintenance(app: FastifyInstance, internalToken: string): void {
  let maintenance = false;
  const writing = new Set<string>();
  const writes = (request: { method: string; url: string }): boolean =>
    !READING.has(request.method) && !request.url.startsWith('/internal/');

  app.addHook('onRequest', async (request, reply) => {
    if (!writes(request)) return;
    if (maintenance) {
      void reply.header('retry-after', '60');
      throw new ShopError(503, 'maintenance', 'The shop is moving. Please come back in a minute.');
    }
    writing.add(request.id);
  });
  app.addHook('onResponse', async (request) => void writing.delete(request.id));
  app.addHook('onRequestAbort', async (request) => void writing.delete(request.id));

  app.put('/internal/maintenance', async (request) => {
    requireInternalToken(request, internalToken);
    maintenance = z.strictObject({ on: z.boolean() }).parse(request.body).on;
    const deadline = Date.now() + DRAIN_WITHIN_MS;
    while (maintenance && writing.size > 0) {
      if (Date.now() > deadline) throw new ShopError(503, 'still_writing', 'Some requests do not end.');
      await sleep(20);
    }
    return { maintenance };
  });
}
