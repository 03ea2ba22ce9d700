/** What customers do: register, order, pay. Payments are those of a test tenant, by Stripe in test mode. */
import { z } from 'zod';
import { equal, flow } from '../../../contract/index.ts';
import { env } from './environment.mts';

export const customerCanRegister = flow('customer-can-register', {
  title: 'Somebody can register, and is let in',
  area: 'accounts',
  phases: ['post-cutover'],
  owner: 'engineering lead',
})
  .given((ctx) => ({ email: `${ctx.unique()}@example.com` }))
  .request('register', {
    creates: ({ captured }) => ({ kind: 'customer', identity: captured.email }),
    request: ({ captured }) => ({
      method: 'POST',
      path: '/api/auth/register',
      json: { email: captured.email, password: 'Test123!' },
    }),
    status: 201,
    response: z.object({ email: z.string(), token: z.string().min(20) }),
    expect: ({ body, captured }) => [equal('address', body.email, captured.email)],
    capture: ({ body }) => ({ token: body.token }),
  })
  .request('profile', {
    request: ({ captured }) => ({
      method: 'GET',
      path: '/api/profile',
      headers: { authorization: `Bearer ${captured.token}` },
    }),
    response: z.object({ email: z.string(), role: z.literal('customer') }),
    expect: ({ body, captured }) => [equal('address of the profile', body.email, captured.email)],
  });

/** In the five-minute job too: by an account that stays, so that no 288 customers a day are made for it. */
export const orderCanBeCreated = flow('order-can-be-created', {
  title: 'The test customer can order, and the order is kept',
  area: 'orders',
  phases: ['preflight', 'post-cutover', 'synthetic'],
  owner: 'engineering lead',
})
  .given((ctx) => ({ question: `Test order ${ctx.unique()}` }))
  .request('order', {
    creates: ({ captured }) => ({ kind: 'order', identity: captured.question }),
    request: (ctx) => ({
      method: 'POST',
      path: '/api/orders',
      headers: { authorization: ctx.secret('SAMIA_CUSTOMER_AUTHORIZATION') },
      json: { service_id: Number(env('SAMIA_SERVICE', '1')), question_text: ctx.captured.question },
    }),
    status: 201,
    response: z.object({
      id: z.string(),
      service_id: z.number(),
      question_text: z.string(),
      status: z.string(),
    }),
    expect: ({ body, captured }) => [
      equal('question', body.question_text, captured.question),
      equal('status', body.status, 'pending'),
    ],
  })
  .observe('order-row', {
    port: 'records',
    query: ({ captured }) => ({ from: 'orders', where: { question_text: captured.question } }),
    expect: ({ body }) => [equal('rows of the order', body.rows.length, 1)],
  });

export const paymentIsTaken = flow('payment-is-taken', {
  title: 'A payment of 1000 is taken in test mode, and Stripe and the database agree',
  area: 'payment',
  phases: ['preflight', 'post-cutover'],
  owner: 'engineering lead',
})
  .given((ctx) => ({ key: `greenlight-${ctx.unique()}` }))
  .request('pay', {
    creates: ({ captured }) => ({ kind: 'payment', identity: captured.key }),
    request: (ctx) => ({
      method: 'POST',
      path: '/api/payments/process',
      headers: {
        authorization: ctx.secret('SAMIA_CUSTOMER_AUTHORIZATION'),
        'idempotency-key': ctx.captured.key,
      },
      json: { payment_method: 'pm_card_visa', amount: 1000 },
    }),
    response: z.object({ provider: z.literal('stripe'), reference: z.string(), amount: z.number() }),
    expect: ({ body }) => [equal('amount', body.amount, 1000)],
    capture: ({ body }) => ({ reference: body.reference }),
  })
  .observe('provider', {
    title: 'the payment at Stripe',
    port: 'payments',
    query: ({ captured }) => ({ id: captured.reference }),
    expect: ({ body }) => [
      equal('status at Stripe', body.status, 'succeeded'),
      equal('amount received', body.amountReceived, 1000),
      equal('live mode', body.livemode, false),
    ],
  })
  .observe('payment-row', {
    port: 'records',
    query: ({ captured }) => ({ from: 'payments', where: { provider_reference: captured.reference } }),
    expect: ({ body }) => [equal('rows of the payment', body.rows.length, 1)],
  });

const removal =
  (kind: string, method: 'POST' | 'DELETE', path: (identity: string) => string) => (identity: string) =>
    flow(`remove-${kind}`, { title: `Take back a synthetic ${kind}`, check: false }).request('remove', {
      request: (ctx) => ({
        method,
        path: path(encodeURIComponent(identity)),
        headers: { authorization: ctx.secret('SAMIA_ADMIN_AUTHORIZATION') },
      }),
      // One that is gone already counts as removed.
      status: [204, 404],
    });

export const removeCustomer = removal('customer', 'DELETE', (email) => `/api/admin/profiles/${email}`);
export const removeOrder = removal('order', 'DELETE', (question) => `/api/admin/orders/${question}`);
export const refundPayment = removal('payment', 'POST', (key) => `/api/admin/payments/${key}/refund`);
