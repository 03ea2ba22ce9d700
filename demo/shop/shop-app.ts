import Fastify, { type FastifyError, type FastifyInstance } from 'fastify';
import { customerRoutes } from './api/customers.ts';
import { internalRoutes } from './api/internal.ts';
import { orderRoutes } from './api/orders.ts';
import { publicRoutes } from './api/public.ts';
import { webhookRoutes } from './api/webhooks.ts';
import { exportMetrics } from './metrics.ts';
import { pages } from './pages/pages.ts';
import type { ShopParts } from './parts.ts';
import { asRefusal } from './refusal.ts';

/** Builds the HTTP side of a shop. The caller may add hooks before `listen`. */
export function buildShopApp(parts: ShopParts): FastifyInstance {
  const app = Fastify({ logger: false, bodyLimit: 256 * 1024, forceCloseConnections: true });
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const refusal = asRefusal(error, parts);
    return reply.code(refusal.status).send({
      error: { code: refusal.code, message: refusal.message, decline_code: refusal.declineCode },
    });
  });
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ error: { code: 'not_found', message: 'There is nothing here.' } }),
  );
  exportMetrics(app, parts.measures, parts.log);
  publicRoutes(app, parts);
  customerRoutes(app, parts);
  orderRoutes(app, parts);
  internalRoutes(app, parts);
  void app.register(async (scope) => webhookRoutes(scope, parts));
  void app.register(async (scope) => pages(scope, parts));
  return app;
}
