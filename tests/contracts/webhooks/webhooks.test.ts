import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import { startStripeStandIn, type StripeStandIn } from '../../../demo/stripe-stand-in/start.ts';
import { openDeliveries, webhookSigners } from '../../../suites/adapters/webhooks/index.ts';

const now = (): number => Math.floor(Date.now() / 1000);

describe('signatures', () => {
  const payload = JSON.stringify({ id: 'evt_1', object: 'event', name: 'Zoë' });

  test('stripe-node accepts ours, and refuses a stale or tampered one', async () => {
    const stripe = new Stripe('sk_test_x');
    const construct = (body: string, headers: Readonly<Record<string, string>>) =>
      stripe.webhooks.constructEvent(body, headers['stripe-signature'] ?? '', 'whsec_a');
    const fresh = await webhookSigners.stripe.sign(payload, 'whsec_a', now());
    expect(construct(payload, fresh).id).toBe('evt_1');
    expect(() => construct(`${payload} `, fresh)).toThrow();
    const stale = await webhookSigners.stripe.sign(payload, 'whsec_a', now() - 301);
    expect(() => construct(payload, stale)).toThrow(/tolerance/);
    const other = await webhookSigners.stripe.sign(payload, 'whsec_b', now());
    expect(() => construct(payload, other)).toThrow();
  });

  test('standard webhooks: the key is the decoded secret, and the id is signed too', async () => {
    const key = Buffer.from('0123456789abcdef0123456789abcdef');
    const secret = `whsec_${key.toString('base64')}`;
    const headers = await webhookSigners['standard-webhooks'].sign(payload, secret, 1700000000);
    const signed = `${headers['webhook-id']}.1700000000.${payload}`;
    expect(headers['webhook-signature']).toBe(
      `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
    );
    expect(headers['webhook-timestamp']).toBe('1700000000');
    expect(headers['webhook-id']).toMatch(/^msg_[0-9a-f]{32}$/);
  });
});

describe('deliveries, as Stripe sees them', () => {
  let directory: string;
  let standIn: StripeStandIn;
  let stripe: Stripe;
  let receiver: Server;
  let answer = 200;

  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'greenlight-hooks-'));
    standIn = await startStripeStandIn({ directory, retryDelaysMs: [20] });
    const { hostname, port } = new URL(standIn.apiBase);
    stripe = new Stripe(standIn.secretKey, { host: hostname, port, protocol: 'http', telemetry: false });
    receiver = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(answer).end());
    });
    await new Promise<void>((listening) => receiver.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hooks`;
    await standIn.addWebhookEndpoint({ url });
  });
  afterAll(async () => {
    await standIn.stop();
    receiver.closeAllConnections();
    await new Promise((closed) => receiver.close(closed));
    await rm(directory, { recursive: true, force: true });
  });

  const open = (apiBase = standIn.apiBase) =>
    openDeliveries({ adapter: 'stripe', secretKey: standIn.secretKey, apiBase });

  async function pendingOf(objectId: string, until: (pending: number) => boolean): Promise<number> {
    const deadline = Date.now() + 15_000;
    for (;;) {
      const found = await open().find({ type: 'payment_intent.created', objectId });
      const pending = found?.[0]?.pending ?? -1;
      if (until(pending) || Date.now() > deadline) return pending;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  test('an accepted delivery is pending no longer; a refused one stays pending', async () => {
    const good = await stripe.paymentIntents.create({ amount: 100, currency: 'eur' });
    expect(await pendingOf(good.id, (pending) => pending === 0)).toBe(0);
    answer = 500;
    const bad = await stripe.paymentIntents.create({ amount: 100, currency: 'eur' });
    // Both attempts are over, and still nobody has accepted it.
    await expect
      .poll(
        async () =>
          (await standIn.deliveries()).filter((one) => !JSON.stringify(one).includes(good.id)).length,
        {
          timeout: 15_000,
        },
      )
      .toBeGreaterThanOrEqual(2);
    expect(await pendingOf(bad.id, (pending) => pending === 1)).toBe(1);
  });

  test('no event is null; no provider is unavailable', async () => {
    const deliveries = open();
    await deliveries.ready();
    expect(await deliveries.find({ type: 'payment_intent.succeeded', objectId: 'pi_none' })).toBeNull();
    await expect(open('http://127.0.0.1:1').ready()).rejects.toBeInstanceOf(PortUnavailable);
  });
});
