import Stripe from 'stripe';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startStripeStandIn, type StripeStandIn } from '../../../demo/stripe-stand-in/start.ts';
import { scratch } from './scratch.ts';
import { startReceiver, type Receiver } from './stripe-receiver.ts';

const directory = scratch();
const SECRET = 'whsec_chosen_by_the_shop';
let standIn: StripeStandIn;
let stripe: Stripe;
let receiver: Receiver;

beforeEach(async () => {
  standIn = await startStripeStandIn({ directory, retryDelaysMs: [20, 20], secretKey: 'sk_test_x' });
  const { hostname, port } = new URL(standIn.apiBase);
  stripe = new Stripe('sk_test_x', { host: hostname, port, protocol: 'http', telemetry: false });
  receiver = await startReceiver();
});
afterEach(async () => {
  await standIn.stop();
  await receiver.close();
});

const pay = (method = 'pm_card_visa') =>
  stripe.paymentIntents.create(
    {
      amount: 1999,
      currency: 'eur',
      payment_method: method,
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    },
    { idempotencyKey: `pay-${Math.random()}` },
  );

const only = (...enabledEvents: string[]) => ({ url: receiver.url, secret: SECRET, enabledEvents });

const eventOf = (index: number, secret = SECRET): Stripe.Event => {
  const { body, headers } = receiver.received[index] ?? { body: '', headers: {} };
  return stripe.webhooks.constructEvent(body, headers['stripe-signature'] ?? '', secret);
};

async function pendingBecomes(eventId: string, wanted: number): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const { pending_webhooks: pending } = await stripe.events.retrieve(eventId);
    if (pending === wanted) return;
    if (Date.now() > deadline) throw new Error(`pending_webhooks stayed ${pending}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('a payment is announced, signed so that stripe-node believes it', async () => {
  await standIn.addWebhookEndpoint({ url: receiver.url, secret: SECRET });
  const intent = await pay();
  await receiver.until(3);
  const events = receiver.received.map((_, index) => eventOf(index));
  expect(events.map((event) => event.type).sort()).toEqual([
    'charge.succeeded',
    'payment_intent.created',
    'payment_intent.succeeded',
  ]);
  const succeeded = events.find((event) => event.type === 'payment_intent.succeeded');
  if (succeeded?.type !== 'payment_intent.succeeded') throw new Error('no such event');
  expect(succeeded).toMatchObject({ livemode: false, pending_webhooks: 1, api_version: Stripe.API_VERSION });
  expect(succeeded.request?.idempotency_key).toMatch(/^pay-/);
  expect(succeeded.data.object).toMatchObject({ id: intent.id, status: 'succeeded', amount_received: 1999 });
  const created = events.find((event) => event.type === 'payment_intent.created');
  expect(created?.data.object).toMatchObject({ id: intent.id, amount_received: 0 });
  expect(() => eventOf(0, 'whsec_other')).toThrow(Stripe.errors.StripeSignatureVerificationError);
  await pendingBecomes(succeeded.id, 0);
});

test('an endpoint made through the API gets its own secret, and only what it asked for', async () => {
  const endpoint = await stripe.webhookEndpoints.create({
    url: receiver.url,
    enabled_events: ['charge.refunded'],
  });
  expect(endpoint.secret).toMatch(/^whsec_/);
  const listed = await stripe.webhookEndpoints.list();
  expect(listed.data.map(({ id, secret }) => ({ id, secret }))).toEqual([
    { id: endpoint.id, secret: undefined },
  ]);
  const intent = await pay();
  await stripe.refunds.create({ payment_intent: intent.id });
  await receiver.until(1);
  expect(eventOf(0, endpoint.secret)).toMatchObject({ type: 'charge.refunded' });
  expect(await stripe.webhookEndpoints.del(endpoint.id)).toMatchObject({ deleted: true });
  await expect(stripe.webhookEndpoints.retrieve(endpoint.id)).rejects.toMatchObject({ statusCode: 404 });
});

test('a delivery is tried again until it is taken', async () => {
  receiver.answers.push(500, 302);
  await standIn.addWebhookEndpoint(only('payment_intent.succeeded'));
  await pay();
  await receiver.until(3);
  const [event] = (await stripe.events.list({ type: 'payment_intent.succeeded' })).data;
  await pendingBecomes(event?.id ?? '', 0);
  const attempts = await standIn.deliveries();
  expect(attempts.map(({ number, status }) => ({ number, status }))).toEqual([
    { number: 3, status: 200 },
    { number: 2, status: 302 },
    { number: 1, status: 500 },
  ]);
  expect(new Set(receiver.received.map((one) => one.body.includes(event?.id ?? '?')))).toEqual(
    new Set([true]),
  );
});

test('what nobody takes stays pending, can be listed, and can be sent again', async () => {
  receiver.answers.push(500, 500, 500);
  await standIn.addWebhookEndpoint(only('payment_intent.succeeded'));
  await pay();
  await receiver.until(3);
  const missed = await stripe.events.list({ delivery_success: false, type: 'payment_intent.*' });
  expect(missed.data.map((event) => [event.type, event.pending_webhooks])).toEqual([
    ['payment_intent.succeeded', 1],
  ]);
  const id = missed.data[0]?.id ?? '';
  await fetch(`${standIn.apiBase}/_stand-in/events/${id}/resend`, { method: 'POST' });
  await receiver.until(4);
  await pendingBecomes(id, 0);
  expect((await stripe.events.list({ delivery_success: false })).data).toEqual([]);
});

test('events are filtered by type and time', async () => {
  await pay();
  await pay('pm_card_visa_chargeDeclined').catch(() => undefined);
  const types = async (params: Stripe.EventListParams) =>
    (await stripe.events.list(params)).data.map((event) => event.type);
  expect(await types({ type: 'charge.failed' })).toEqual(['charge.failed']);
  expect(await types({ types: ['charge.succeeded', 'payment_intent.payment_failed'] })).toEqual([
    'payment_intent.payment_failed',
    'charge.succeeded',
  ]);
  expect(await types({ created: { gt: Math.floor(Date.now() / 1000) + 60 } })).toEqual([]);
});

test('faults: dropped', async () => {
  await standIn.addWebhookEndpoint(only('payment_intent.succeeded'));
  await standIn.setFaults({ dropDeliveries: true });
  await pay();
  const [event] = (await stripe.events.list({ delivery_success: false })).data;
  expect(event?.pending_webhooks).toBe(1);
  expect(await standIn.deliveries()).toEqual([]);
});

test('faults: twice', async () => {
  await standIn.addWebhookEndpoint(only('payment_intent.succeeded'));
  await standIn.setFaults({ duplicateDeliveries: 1 });
  await pay();
  await receiver.until(2);
  expect(eventOf(0).id).toBe(eventOf(1).id);
});

test('faults: a signature of somebody else, and one that is too old', async () => {
  await standIn.addWebhookEndpoint(only('payment_intent.succeeded'));
  await standIn.setFaults({ badSignature: true });
  await pay();
  await receiver.until(1);
  expect(() => eventOf(0)).toThrow(/No signatures found/);
  await standIn.setFaults({ badSignature: false, staleSignatureSeconds: 301 });
  await pay();
  await receiver.until(2);
  expect(() => eventOf(1)).toThrow(/outside the tolerance/);
});

test('faults: in the wrong order', async () => {
  await standIn.addWebhookEndpoint(only('payment_intent.created', 'payment_intent.succeeded'));
  await standIn.setFaults({ reverseDeliveriesOf: 2 });
  await pay();
  await receiver.until(2);
  expect([eventOf(0).type, eventOf(1).type]).toEqual(['payment_intent.succeeded', 'payment_intent.created']);
});

test('faults stay as they are when others change, and unknown ones are refused', async () => {
  await standIn.setFaults({ dropDeliveries: true });
  await standIn.setFaults({ delayDeliveriesMs: 5 });
  const faults: unknown = await (await fetch(`${standIn.apiBase}/_stand-in/faults`)).json();
  expect(faults).toMatchObject({ dropDeliveries: true, delayDeliveriesMs: 5 });
  await expect(standIn.setFaults({ dropEverything: true } as never)).rejects.toThrow(/dropEverything/);
});
