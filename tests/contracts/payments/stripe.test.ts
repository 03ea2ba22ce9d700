import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GreenlightError } from '../../../contract/errors.ts';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import { startStripeStandIn, type StripeStandIn } from '../../../demo/stripe-stand-in/start.ts';
import { openPayments } from '../../../suites/adapters/payments/index.ts';

// Stripe itself can't be reached from tests; this is the demo's stand-in, asked by the real stripe-node.
let directory: string;
let standIn: StripeStandIn;
let stripe: Stripe;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'greenlight-stripe-'));
  standIn = await startStripeStandIn({ directory });
  const { hostname, port } = new URL(standIn.apiBase);
  stripe = new Stripe(standIn.secretKey, { host: hostname, port, protocol: 'http', telemetry: false });
});
afterAll(async () => {
  await standIn.stop();
  await rm(directory, { recursive: true, force: true });
});

const open = (secretKey = standIn.secretKey, apiBase = standIn.apiBase) =>
  openPayments({ adapter: 'stripe', secretKey, apiBase });

test('finds a payment by id and by metadata, with what was refunded', async () => {
  const intent = await stripe.paymentIntents.create({
    amount: 1999,
    currency: 'eur',
    payment_method: 'pm_card_visa',
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    metadata: { order: 'gl-42' },
  });
  const payments = open();
  const expected = {
    id: intent.id,
    status: 'succeeded',
    amount: 1999,
    amountReceived: 1999,
    currency: 'eur',
    metadata: { order: 'gl-42' },
    livemode: false,
    refunded: 0,
  };
  expect(await payments.find({ id: intent.id })).toEqual(expected);
  expect(await payments.find({ metadata: { order: 'gl-42' } })).toEqual(expected);
  await stripe.refunds.create({ payment_intent: intent.id, amount: 500 });
  expect(await payments.find({ id: intent.id })).toMatchObject({ refunded: 500 });
});

test('what does not exist is null, and so is a payment with other metadata', async () => {
  const intent = await stripe.paymentIntents.create({
    amount: 100,
    currency: 'eur',
    metadata: { order: 'a' },
  });
  const payments = open();
  expect(await payments.find({ id: 'pi_none' })).toBeNull();
  expect(await payments.find({ metadata: { order: 'gl-none' } })).toBeNull();
  expect(await payments.find({ id: intent.id, metadata: { order: 'b' } })).toBeNull();
});

test('says that the account is in test mode', async () => {
  const payments = open();
  await payments.ready();
  expect(await payments.livemode()).toBe(false);
});

test('a wrong key, a dead address and a query without a condition are unavailable', async () => {
  await expect(open('sk_test_wrong').ready()).rejects.toBeInstanceOf(PortUnavailable);
  await expect(open(standIn.secretKey, 'http://127.0.0.1:1').find({ id: 'pi_1' })).rejects.toBeInstanceOf(
    PortUnavailable,
  );
  await expect(open().find({})).rejects.toBeInstanceOf(PortUnavailable);
});

test('a live key is refused before anything is sent', async () => {
  const error = await open(['sk', 'live', 'abcdefghijkl'].join('_'), 'http://127.0.0.1:1')
    .ready()
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(GreenlightError);
  expect((error as GreenlightError).code).toBe('LIVE_KEY');
});
