import { z } from 'zod';
import { equal } from '../../contract/index.ts';
import { loggedIn } from './customers.ts';
import { EVERY_FIVE_MINUTES } from './environment.ts';
import { bearer, OrderBody } from './wire.ts';

export const ordered = loggedIn.request('order', {
  request: ({ captured }) => ({
    method: 'POST',
    path: '/api/orders',
    headers: bearer(captured.token),
    json: { items: [{ sku: 'TEA-MINT', quantity: 2 }] },
  }),
  status: 201,
  response: OrderBody,
  expect: ({ body }) => [equal('status of the order', body.status, 'pending')],
  capture: ({ body }) => ({ orderId: body.id, totalCents: body.total_cents }),
});

const priceOf = (sku: string) => ({
  request: () => ({ method: 'GET' as const, path: `/api/products/${sku}` }),
  response: z.object({ sku: z.literal(sku), price_cents: z.number().int().positive() }),
});

export const orderTotalIsExact = loggedIn
  .as('order-total-is-exact', {
    title: 'The total of an order is exact to the cent',
    area: 'order',
    phases: EVERY_FIVE_MINUTES,
  })
  .request('price-of-tea', { ...priceOf('TEA-GREEN'), capture: ({ body }) => ({ tea: body.price_cents }) })
  .request('price-of-mug', { ...priceOf('MUG-BLUE'), capture: ({ body }) => ({ mug: body.price_cents }) })
  .request('order', {
    request: ({ captured }) => ({
      method: 'POST',
      path: '/api/orders',
      headers: bearer(captured.token),
      json: {
        items: [
          { sku: 'TEA-GREEN', quantity: 3 },
          { sku: 'MUG-BLUE', quantity: 2 },
        ],
      },
    }),
    status: 201,
    response: OrderBody,
    expect: ({ body, captured }) => [
      equal('total in cents', body.total_cents, 3 * captured.tea + 2 * captured.mug),
    ],
    capture: ({ body }) => ({ orderId: body.id, totalCents: body.total_cents }),
  })
  .observe('order-row', {
    port: 'records',
    query: ({ captured }) => ({ from: 'sales_orders', where: { id: captured.orderId } }),
    expect: ({ body, captured }) => [
      equal('stored total in cents', Number(body.rows[0]?.['total_minor']), captured.totalCents),
      equal('customer of the order', String(body.rows[0]?.['customer_id']), captured.customerId),
    ],
  });
