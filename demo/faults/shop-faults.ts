import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type Stripe from 'stripe';
import { ShopError } from '../shop/shop-error.ts';
import type { ShopFaultId } from '../faults.ts';
import type { ShopFault } from './shop-fault.ts';

const SHOP_FAULTS: Record<ShopFaultId, ShopFault> = {
  'registration-500': {
    routes: (app) =>
      before(app, 'POST', ['/api/customers', '/register'], async () => {
        throw new Error('planted fault: registration fails');
      }),
  },
  'registration-mail-missing': {
    parts: ({ mailer }) => ({
      mailer: {
        ...mailer,
        send: async (mail) => {
          if (!mail.subject.startsWith('Welcome')) await mailer.send(mail);
        },
      },
    }),
  },
  'order-total-off-by-a-cent': {
    parts: ({ pricing }) => ({
      pricing: { ...pricing, totalCents: (lines) => pricing.totalCents(lines) + 1 },
    }),
  },
  'payment-without-charge': {
    // The reference looks right, the order becomes paid, the mail goes out: only the provider knows better.
    parts: ({ payments }) => ({
      payments: {
        ...payments,
        charge: async ({ amountCents }) => ({
          reference: `pi_${randomUUID().replaceAll('-', '')}`,
          amountCents,
        }),
      },
    }),
  },
  'webhook-unsigned': {
    parts: ({ payments }) => ({
      payments: { ...payments, readEvent: (raw) => JSON.parse(raw.toString('utf8')) as Stripe.Event },
    }),
  },
  'webhook-ignored': {
    parts: ({ store }) => ({ store: { ...store, applyPaymentEvent: async () => 'applied' } }),
  },
  'health-lies': {
    config: (sound) => ({ ...sound, databaseUrl: nowhere(sound.databaseUrl) }),
    parts: () => ({
      health: async () => ({
        status: 'ok',
        services: { database: 'ok', cache: 'ok', mail: 'ok', payments: 'ok' },
        latencyMs: 1,
      }),
    }),
  },
  'slow-p95': {
    routes: (app) => {
      const turn = every(10);
      before(app, 'GET', ['/api/products'], async () => {
        if (turn()) await sleep(900);
      });
    },
  },
  'failing-requests': {
    routes: (app) => {
      const turn = every(33);
      before(app, 'GET', ['/api/products'], async () => {
        if (turn()) throw new ShopError(503, 'overloaded', 'planted fault: this request fails');
      });
    },
  },
};

/** @throws Error for an id that is not a fault of the shop */
export function shopFault(id: string): ShopFault {
  if (!Object.hasOwn(SHOP_FAULTS, id)) throw new Error(`the new shop has no fault "${id}"`);
  return SHOP_FAULTS[id as ShopFaultId];
}

function before(
  app: FastifyInstance,
  method: string,
  paths: readonly string[],
  act: (request: FastifyRequest) => Promise<void>,
): void {
  app.addHook('onRequest', async (request) => {
    const path = request.url.split('?')[0] ?? '';
    if (request.method === method && paths.includes(path)) await act(request);
  });
}

/** A turn in every `count` calls: counted, not drawn, so that a demonstration shows the same each time. */
function every(count: number): () => boolean {
  let calls = 0;
  return () => (calls += 1) % count === 0;
}

/** The same database URL at a port where nothing listens. */
function nowhere(url: string): string {
  const wrong = new URL(url);
  wrong.port = '1';
  return wrong.href;
}
