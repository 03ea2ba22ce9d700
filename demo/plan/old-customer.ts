import { z } from 'zod';
import { equal, flow, holds } from '../../contract/index.ts';
import { read } from './environment.ts';
import { bearer, OrderBody } from './wire.ts';

export const oldCustomerCanLogIn = flow('old-customer-can-log-in', {
  title: 'A customer of the old shop can log in and sees its orders',
  area: 'migration',
})
  .request('log-in', {
    request: (ctx) => ({
      method: 'POST',
      path: '/api/sessions',
      json: {
        email: read('DEMO_OLD_CUSTOMER_EMAIL'),
        password: ctx.secret('DEMO_OLD_CUSTOMER_PASSWORD'),
      },
    }),
    status: 201,
    response: z.object({ token: z.string() }),
    capture: ({ body }) => ({ token: body.token }),
  })
  .request('who-am-i', {
    request: ({ captured }) => ({ method: 'GET', path: '/api/me', headers: bearer(captured.token) }),
    response: z.object({ id: z.string(), given_name: z.string(), family_name: z.string() }),
    expect: ({ body }) => [
      equal('given name', body.given_name, 'Vera Maria'),
      equal('family name', body.family_name, 'Becker'),
    ],
    capture: ({ body }) => ({ customerId: body.id }),
  })
  .request('history', {
    request: ({ captured }) => ({ method: 'GET', path: '/api/orders', headers: bearer(captured.token) }),
    response: z.object({ orders: z.array(OrderBody).min(1) }),
    capture: ({ body }) => ({ history: body.orders.map((order) => `${order.id} ${order.status}`) }),
  })
  .observe('old-orders', {
    title: 'the same orders in the old database',
    port: 'records',
    // Numbers of orders and their states: no data of customers, and needed to look for them.
    showValues: true,
    query: ({ captured }) => ({
      side: 'old',
      from: 'orders',
      where: { customer_id: captured.customerId },
      limit: 100,
    }),
    expect: ({ body, captured }) => {
      const before = body.rows.map((row) => `${String(row['id'])} ${String(row['status'])}`);
      const lost = before.filter((order) => !captured.history.includes(order));
      return [
        holds('orders in the old shop', before.length > 0, before.length, 'at least one'),
        holds('orders that are not shown', lost.length === 0, lost.join(', ') || 'none', 'none'),
      ];
    },
  });
