import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ShopParts } from '../parts.ts';
import { ShopError } from '../shop-error.ts';
import { productView } from './views.ts';

const Sku = z.object({ sku: z.string().min(1).max(40) });

/** What anybody may read: health and catalogue. */
export function publicRoutes(app: FastifyInstance, parts: ShopParts): void {
  app.get('/health', async (_request, reply) => {
    const report = await parts.health();
    return reply.code(report.status === 'down' ? 503 : 200).send({
      status: report.status,
      ...parts.release,
      services: report.services,
      latency_ms: report.latencyMs,
    });
  });
  app.get('/api/products', async () => ({ products: (await parts.catalogue.list()).map(productView) }));
  app.get('/api/products/:sku', async (request) => {
    const product = await parts.catalogue.find(Sku.parse(request.params).sku);
    if (!product) throw new ShopError(404, 'no_such_product', 'There is no such product.');
    return productView(product);
  });
}
