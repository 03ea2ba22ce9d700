import { z } from 'zod';
import { equal, holds } from '../../contract/index.ts';
import { EVERY_FIVE_MINUTES } from './environment.ts';
import { ordered } from './orders.ts';
import { bearer, money, OrderBody } from './wire.ts';

const paid = ordered.request('pay', {
  request: ({ captured }) => ({
    method: 'POST',
    path: `/api/orders/${captured.orderId}/pay`,
    headers: bearer(captured.token),
    json: { payment_method: 'pm_card_visa' },
  }),
  response: OrderBody.extend({ payment: OrderBody.shape.payment.unwrap() }),
  expect: ({ body, captured }) => [
    equal('status of the order', body.status, 'paid'),
    equal('amount of the payment', body.payment.amount_cents, captured.totalCents),
  ],
  capture: ({ body }) => ({ reference: body.payment.reference }),
});

export const paymentAgreesEverywhere = paid
  .as('payment-agrees-everywhere', {
    title: 'Shop, database, payment provider and confirmation mail agree on a payment',
    area: 'payment',
    phases: EVERY_FIVE_MINUTES,
  })
  .observe('provider', {
    title: 'the payment at the provider',
    port: 'payments',
    query: ({ captured }) => ({ id: captured.reference }),
    expect: ({ body, captured }) => [
      equal('status at the provider', body.status, 'succeeded'),
      equal('amount at the provider', body.amount, captured.totalCents),
      equal('amount received', body.amountReceived, captured.totalCents),
      equal('currency', body.currency, 'eur'),
      equal('order in the metadata', body.metadata['order'], captured.orderId),
      equal('live mode', body.livemode, false),
    ],
  })
  .observe('payment-row', {
    port: 'records',
    query: ({ captured }) => ({ from: 'payments', where: { provider_reference: captured.reference } }),
    expect: ({ body, captured }) => [
      equal('rows for this payment', body.rows.length, 1),
      equal('order of the row', String(body.rows[0]?.['order_id']), captured.orderId),
      equal('stored amount', Number(body.rows[0]?.['amount_minor']), captured.totalCents),
      equal('stored currency', body.rows[0]?.['currency'], 'eur'),
      equal('stored status', body.rows[0]?.['status'], 'succeeded'),
    ],
  })
  .observe('confirmation-mail', {
    port: 'mailbox',
    query: ({ captured }) => ({ to: captured.email, subject: `Order ${captured.orderId} is confirmed` }),
    expect: ({ body, captured }) => [
      holds(
        'total in the mail',
        body.text.includes(`Total: ${money(captured.totalCents)}`),
        /Total: .*/.exec(body.text)?.[0],
        `Total: ${money(captured.totalCents)}`,
      ),
    ],
  });

export const declinedCardIsRefused = ordered
  .as('declined-card-is-refused', {
    title: 'A declined card is refused and the order stays open',
    area: 'payment',
    phases: EVERY_FIVE_MINUTES,
  })
  .request('pay-with-declined-card', {
    request: ({ captured }) => ({
      method: 'POST',
      path: `/api/orders/${captured.orderId}/pay`,
      headers: bearer(captured.token),
      json: { payment_method: 'pm_card_visa_chargeDeclined' },
    }),
    status: 402,
    response: z.object({ error: z.object({ code: z.string(), decline_code: z.string().optional() }) }),
    expect: ({ body }) => [
      equal('code', body.error.code, 'card_declined'),
      equal("the bank's word", body.error.decline_code, 'generic_decline'),
    ],
  })
  .request('order-is-open', {
    request: ({ captured }) => ({
      method: 'GET',
      path: `/api/orders/${captured.orderId}`,
      headers: bearer(captured.token),
    }),
    response: OrderBody,
    expect: ({ body }) => [
      equal('status of the order', body.status, 'pending'),
      equal('payment', body.payment, null),
    ],
  });

export const paymentWebhookTakesEffect = paid
  .as('payment-webhook-takes-effect', {
    title: "The provider's webhook arrives and confirms the order",
    area: 'webhooks',
    phases: EVERY_FIVE_MINUTES,
  })
  .observe('delivery', {
    title: 'the delivery at the provider',
    port: 'webhooks',
    query: ({ captured }) => ({ type: 'payment_intent.succeeded', objectId: captured.reference }),
    expect: ({ body }) => [
      equal('events', body.length, 1),
      equal('endpoints still waiting', body[0]?.pending, 0),
    ],
  })
  .observe('order-confirmed', {
    port: 'records',
    query: ({ captured }) => ({ from: 'sales_orders', where: { id: captured.orderId } }),
    expect: ({ body }) => {
      const at = body.rows[0]?.['webhook_confirmed_at'] ?? null;
      return [holds('confirmed by the webhook', at !== null, at === null ? 'never' : at, 'a time')];
    },
  });
