import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { customerOf, orderOf, payOrder, placeOrder, refundOrder } from '../actions.ts';
import type { ShopParts } from '../parts.ts';
import type { Customer } from '../store.ts';
import { bearerToken } from './bearer.ts';
import { orderView } from './views.ts';

const NewOrder = z.strictObject({
  items: z
    .array(z.strictObject({ sku: z.string().min(1).max(40), quantity: z.number().int().min(1).max(99) }))
    .min(1)
    .max(50),
});
const Pay = z.strictObject({ payment_method: z.string().min(1).max(100) });

/** Orders of the customer who is logged in. */
export function orderRoutes(app: FastifyInstance, parts: ShopParts): void {
  const customer = (request: FastifyRequest): Promise<Customer> => customerOf(parts, bearerToken(request));
  const id = (request: FastifyRequest): string => z.object({ id: z.string() }).parse(request.params).id;

  app.post('/api/orders', async (request, reply) => {
    const order = await placeOrder(parts, await customer(request), NewOrder.parse(request.body).items);
    return reply.code(201).send(orderView(order));
  });
  app.get('/api/orders', async (request) => ({
    orders: (await parts.store.orders((await customer(request)).id)).map(orderView),
  }));
  app.get('/api/orders/:id', async (request) =>
    orderView(await orderOf(parts, await customer(request), id(request))),
  );
  app.post('/api/orders/:id/pay', async (request) => {
    const { payment_method } = Pay.parse(request.body);
    return orderView(await payOrder(parts, await customer(request), id(request), payment_method));
  });
  app.post('/api/orders/:id/refund', async (request) =>
    orderView(await refundOrder(parts, await customer(request), id(request))),
  );
}
