import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startStripeStandIn, type StripeStandIn } from '../../../demo/stripe-stand-in/start.ts';
import { scratch } from './scratch.ts';

const directory = scratch();
let standIn: StripeStandIn;
let stripe: Stripe;

const client = (key: string) => {
  const { hostname, port } = new URL(standIn.apiBase);
  return new Stripe(key, {
    host: hostname,
    port,
    protocol: 'http',
    telemetry: false,
    maxNetworkRetries: 0,
    timeout: 10_000,
  });
};

beforeAll(async () => {
  standIn = await startStripeStandIn({ directory });
  stripe = client(standIn.secretKey);
});
afterAll(() => standIn.stop());

const cardOnly = { enabled: true, allow_redirects: 'never' } as const;
const order = (more: Partial<Stripe.PaymentIntentCreateParams> = {}): Stripe.PaymentIntentCreateParams => ({
  amount: 1999,
  currency: 'eur',
  automatic_payment_methods: cardOnly,
  ...more,
});
const paid = (more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create(order({ payment_method: 'pm_card_visa', confirm: true, ...more }));

describe('payments', () => {
  test('a confirmed payment is there with its charge, in test mode', async () => {
    const made = await paid({
      metadata: { order: '42' },
      description: 'Two teapots',
      expand: ['latest_charge'],
    });
    expect(made).toMatchObject({
      status: 'succeeded',
      amount: 1999,
      amount_received: 1999,
      currency: 'eur',
      livemode: false,
      metadata: { order: '42' },
      description: 'Two teapots',
    });
    expect(made.payment_method).toMatch(/^pm_1/);
    expect(made.lastResponse.requestId).toMatch(/^req_/);
    const charge = made.latest_charge as Stripe.Charge;
    expect(charge).toMatchObject({ paid: true, captured: true, amount: 1999, livemode: false });
    expect(charge.payment_method_details?.card).toMatchObject({ brand: 'visa', last4: '4242' });
    const read = await stripe.paymentIntents.retrieve(made.id);
    expect(read.latest_charge).toBe(charge.id);
    expect((await stripe.charges.retrieve(charge.id)).payment_intent).toBe(made.id);
  });

  test('without confirm nothing is taken, then confirm takes it', async () => {
    const made = await stripe.paymentIntents.create(order());
    expect(made).toMatchObject({ status: 'requires_payment_method', latest_charge: null });
    await expect(stripe.paymentIntents.confirm(made.id)).rejects.toMatchObject({
      code: 'payment_intent_unexpected_state',
    });
    const confirmed = await stripe.paymentIntents.confirm(made.id, { payment_method: 'pm_card_mastercard' });
    expect(confirmed.status).toBe('succeeded');
    await expect(stripe.paymentIntents.confirm(made.id)).rejects.toThrow(/status of succeeded/);
  });

  test.each([
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_visa_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
    ['pm_card_visa_chargeDeclinedStolenCard', 'card_declined', 'stolen_card'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', undefined],
    ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_cvc', undefined],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', undefined],
  ])('%s is declined with %s', async (method, code, declineCode) => {
    const error = await paid({ payment_method: method }).catch((caught: unknown) => caught);
    if (!(error instanceof Stripe.errors.StripeCardError)) throw new Error('expected a card error');
    expect(error.statusCode).toBe(402);
    expect(error.code).toBe(code);
    expect(error.decline_code || undefined).toBe(declineCode);
    const intent = await stripe.paymentIntents.retrieve(error.payment_intent?.id ?? '');
    expect(intent).toMatchObject({ status: 'requires_payment_method', amount_received: 0 });
    expect(intent.last_payment_error?.code).toBe(code);
    const charge = await stripe.charges.retrieve(error.charge ?? '');
    expect(charge).toMatchObject({ status: 'failed', paid: false, amount_captured: 0 });
    const retried = await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' });
    expect(retried.status).toBe('succeeded');
  });

  test('a card that asks for authentication is not paid until it has got it', async () => {
    const made = await paid({ payment_method: 'pm_card_authenticationRequired' });
    expect(made).toMatchObject({ status: 'requires_action', amount_received: 0, latest_charge: null });
    await fetch(`${standIn.apiBase}/_stand-in/payment_intents/${made.id}/authenticate`, { method: 'POST' });
    expect((await stripe.paymentIntents.retrieve(made.id)).status).toBe('succeeded');
    const offSession = paid({ payment_method: 'pm_card_authenticationRequired', off_session: true });
    await expect(offSession).rejects.toMatchObject({ code: 'authentication_required', statusCode: 402 });
  });

  test('an authorized amount is captured in part, or cancelled', async () => {
    const held = await paid({ capture_method: 'manual' });
    expect(held).toMatchObject({ status: 'requires_capture', amount_capturable: 1999, amount_received: 0 });
    await expect(stripe.paymentIntents.capture(held.id, { amount_to_capture: 5000 })).rejects.toThrow(
      /19.99/,
    );
    const taken = await stripe.paymentIntents.capture(held.id, { amount_to_capture: 1000 });
    expect(taken).toMatchObject({ status: 'succeeded', amount_received: 1000, amount_capturable: 0 });
    const other = await paid({ capture_method: 'manual' });
    const cancelled = await stripe.paymentIntents.cancel(other.id, { cancellation_reason: 'abandoned' });
    expect(cancelled).toMatchObject({ status: 'canceled', cancellation_reason: 'abandoned' });
    await expect(stripe.paymentIntents.cancel(taken.id)).rejects.toThrow(/status of succeeded/);
  });

  test('metadata is merged, and a payment is found by it', async () => {
    const marker = `run-${Date.now()}`;
    const made = await paid({ metadata: { run: marker, order: "o'1" } });
    await paid({ metadata: { run: marker, order: '2' } });
    const updated = await stripe.paymentIntents.update(made.id, { metadata: { order: '', note: 'x' } });
    expect(updated.metadata).toEqual({ run: marker, note: 'x' });
    const both = await stripe.paymentIntents.search({ query: `metadata['run']:'${marker}'` });
    expect(both.data).toHaveLength(2);
    const one = await stripe.paymentIntents.search({
      query: `metadata["run"]:"${marker}" AND metadata["order"]:"2" AND status:"succeeded"`,
    });
    expect(one.data).toHaveLength(1);
    expect((await stripe.paymentIntents.search({ query: "metadata['run']:'nobody'" })).data).toEqual([]);
    await expect(stripe.paymentIntents.search({ query: 'whatever' })).rejects.toThrow(/parse your search/);
  });

  test('lists go newest first, page by page', async () => {
    const first = await paid();
    const second = await paid();
    const third = await paid();
    const list = await stripe.paymentIntents.list({ limit: 2 });
    expect(list.data.map((intent) => intent.id)).toEqual([third.id, second.id]);
    expect(list.has_more).toBe(true);
    const next = await stripe.paymentIntents.list({ limit: 1, starting_after: second.id });
    expect(next.data[0]?.id).toBe(first.id);
    const seen: string[] = [];
    for await (const intent of stripe.paymentIntents.list({ limit: 1 })) {
      seen.push(intent.id);
      if (seen.length === 3) break;
    }
    expect(seen).toEqual([third.id, second.id, first.id]);
  });
});

describe('what is wrong is refused in Stripe’s words', () => {
  test.each([
    [{ amount: 10 }, 'amount_too_small', 'amount'],
    [{ amount: -5 }, 'parameter_invalid_integer', 'amount'],
    [{ amount: 12.5 }, 'parameter_invalid_integer', 'amount'],
    [{ amount: 1_000_000_000 }, 'amount_too_large', 'amount'],
    [{ amount: undefined }, 'parameter_missing', 'amount'],
    [{ currency: 'euros' }, undefined, 'currency'],
    [{ payment_method: 'pm_card_nobody' }, 'resource_missing', 'payment_method'],
    [{ surprise: 'x' }, 'parameter_unknown', 'surprise'],
    [{ confirm: true, payment_method: undefined }, 'payment_intent_unexpected_state', undefined],
    [
      { confirm: true, payment_method: 'pm_card_visa', automatic_payment_methods: undefined },
      undefined,
      'return_url',
    ],
    [{ metadata: { ['x'.repeat(41)]: '1' } }, undefined, undefined],
  ])('%j', async (change, code, param) => {
    const params = order(change as Partial<Stripe.PaymentIntentCreateParams>);
    const before = (await stripe.paymentIntents.list({ limit: 100 })).data.length;
    const error = await stripe.paymentIntents.create(params).catch((caught: unknown) => caught);
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw new Error('expected a refusal');
    expect(error.code).toBe(code);
    if (param !== undefined) expect(error.param).toBe(param);
    expect((await stripe.paymentIntents.list({ limit: 100 })).data.length).toBe(before);
  });

  test('an unknown object, an unknown address', async () => {
    await expect(stripe.paymentIntents.retrieve('pi_none')).rejects.toMatchObject({
      code: 'resource_missing',
      statusCode: 404,
    });
    await expect(stripe.customers.create({})).rejects.toThrow(/does not offer it/);
  });

  test('keys: only its own test key, never a live one', async () => {
    await expect(client('sk_test_other').balance.retrieve()).rejects.toBeInstanceOf(
      Stripe.errors.StripeAuthenticationError,
    );
    await expect(client('sk_live_abc').balance.retrieve()).rejects.toThrow(/never be given a live key/);
    await expect(startStripeStandIn({ directory, secretKey: 'sk_live_abc' })).rejects.toMatchObject({
      code: 'LIVE_KEY',
    });
    const basic = Buffer.from(`${standIn.secretKey}:`).toString('base64');
    const response = await fetch(`${standIn.apiBase}/v1/balance`, {
      headers: { authorization: `Basic ${basic}` },
    });
    expect(response.status).toBe(200);
    expect((await fetch(`${standIn.apiBase}/v1/balance`)).status).toBe(401);
  });
});

describe('idempotency', () => {
  test('the same key and request is one payment', async () => {
    const key = `key-${Date.now()}`;
    const params = order({ payment_method: 'pm_card_visa', confirm: true });
    const first = await stripe.paymentIntents.create(params, { idempotencyKey: key });
    await stripe.paymentIntents.update(first.id, { metadata: { later: 'yes' } });
    const second = await stripe.paymentIntents.create(params, { idempotencyKey: key });
    expect(second.id).toBe(first.id);
    expect(second.metadata).toEqual({});
    expect(second.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(first.lastResponse.headers['idempotent-replayed']).toBeUndefined();
    const other = stripe.paymentIntents.create({ ...params, amount: 2000 }, { idempotencyKey: key });
    await expect(other).rejects.toBeInstanceOf(Stripe.errors.StripeIdempotencyError);
  });

  test('a decline is remembered, a refused request may be corrected', async () => {
    const declined = order({ payment_method: 'pm_card_visa_chargeDeclined', confirm: true });
    const key = `declined-${Date.now()}`;
    const charge = async () => {
      const error = await stripe.paymentIntents
        .create(declined, { idempotencyKey: key })
        .catch((caught: unknown) => caught);
      return (error as Stripe.errors.StripeCardError).charge;
    };
    expect(await charge()).toBe(await charge());
    const corrected = `corrected-${Date.now()}`;
    await expect(
      stripe.paymentIntents.create(order({ amount: 1 }), { idempotencyKey: corrected }),
    ).rejects.toThrow(/at least/);
    await stripe.paymentIntents.create(order(), { idempotencyKey: corrected });
  });
});

describe('refunds', () => {
  test('in parts, up to what was paid', async () => {
    const made = await paid();
    const part = await stripe.refunds.create({ payment_intent: made.id, amount: 999 });
    expect(part).toMatchObject({ amount: 999, status: 'succeeded', payment_intent: made.id });
    await expect(stripe.refunds.create({ payment_intent: made.id, amount: 1001 })).rejects.toThrow(
      /greater than unrefunded amount/,
    );
    if (typeof made.latest_charge !== 'string') throw new Error('expected the id of the charge');
    await stripe.refunds.create({ charge: made.latest_charge });
    const intent = await stripe.paymentIntents.retrieve(made.id, { expand: ['latest_charge'] });
    expect(intent.latest_charge).toMatchObject({ amount_refunded: 1999, refunded: true });
    await expect(stripe.refunds.create({ payment_intent: made.id })).rejects.toMatchObject({
      code: 'charge_already_refunded',
    });
    expect((await stripe.refunds.list({ payment_intent: made.id })).data).toHaveLength(2);
    expect((await stripe.refunds.retrieve(part.id)).id).toBe(part.id);
  });

  test('not of what was never paid', async () => {
    const made = await stripe.paymentIntents.create(order());
    await expect(stripe.refunds.create({ payment_intent: made.id })).rejects.toThrow(/successful charge/);
  });
});

test('the account and its balance', async () => {
  const before = await stripe.balance.retrieve();
  expect(before.livemode).toBe(false);
  await paid({ currency: 'chf' });
  const after = await stripe.balance.retrieve();
  expect(after.available.find((sum) => sum.currency === 'chf')?.amount).toBe(1999);
  expect((await stripe.accounts.retrieveCurrent()).charges_enabled).toBe(true);
});

test('the next requests can be made to fail, and then it works again', async () => {
  await standIn.setFaults({ failRequests: 1 });
  await expect(stripe.balance.retrieve()).rejects.toBeInstanceOf(Stripe.errors.StripeAPIError);
  await stripe.balance.retrieve();
});
