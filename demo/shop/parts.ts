import { Redis } from 'ioredis';
import { cacheMemory } from './cache-memory.ts';
import { createCarts, type Carts } from './carts.ts';
import { createCatalogue, type Catalogue } from './catalogue.ts';
import { publicUrlOf, type ShopConfig } from './config.ts';
import { createHealth, type Health } from './health.ts';
import { createMailer, type Mailer } from './mailer.ts';
import type { ShopMeasures } from './metrics.ts';
import { createPaymentCounts } from './payment-counts.ts';
import { createPaymentGateway, type PaymentGateway } from './payment-gateway.ts';
import { createPricing, type Pricing } from './pricing.ts';
import { createSessions, type Sessions } from './sessions.ts';
import type { ShopStore } from './store.ts';

/** Which of the two shops; part of its name, its cookies and its payments' metadata. */
export type ShopName = 'old' | 'new';

/** Everything a shop is made of. A planted fault replaces one part; the routes know nothing of faults. */
export interface ShopParts {
  readonly shop: ShopName;
  readonly publicUrl: string;
  readonly internalToken: string;
  readonly release: ShopConfig['release'];
  readonly store: ShopStore;
  readonly sessions: Sessions;
  readonly carts: Carts;
  readonly catalogue: Catalogue;
  readonly pricing: Pricing;
  readonly mailer: Mailer;
  readonly payments: PaymentGateway;
  readonly health: Health;
  readonly measures: ShopMeasures;
  /** Reports what went wrong without failing the request. */
  readonly log: (message: string, error: unknown) => void;
  close(): Promise<void>;
}

/** Connects the parts of a shop. Nothing has to answer yet: a shop that starts before its database is a shop. */
export function createParts(shop: ShopName, config: ShopConfig, store: ShopStore): ShopParts {
  const log = (message: string, error: unknown): void => {
    process.stderr.write(
      `${shop} shop: ${message}: ${error instanceof Error ? error.stack : String(error)}\n`,
    );
  };
  const redis = new Redis(config.redis.url, { maxRetriesPerRequest: 1, connectTimeout: 2000 });
  redis.on('error', (error: Error) => log('Redis', error));
  const catalogue = createCatalogue(store, redis, config.redis.prefix);
  const mailer = createMailer(config.smtp, `The ${shop} shop <shop@${shop}.example.test>`);
  const payments = createPaymentGateway(config.stripe, shop);
  return {
    shop,
    publicUrl: publicUrlOf(config),
    internalToken: config.internalToken,
    release: config.release,
    store,
    sessions: createSessions(redis, config.redis.prefix),
    carts: createCarts(redis, config.redis.prefix),
    catalogue,
    pricing: createPricing(catalogue),
    mailer,
    payments,
    health: createHealth({
      database: () => store.ping(),
      cache: async () => {
        await redis.ping();
      },
      mail: () => mailer.ping(),
      payments: () => payments.ping(),
    }),
    measures: {
      payments: createPaymentCounts(),
      queryTimes: store.queryTimes,
      connections: () => store.connections(),
      cacheMemory: () => cacheMemory(redis),
    },
    log,
    close: async () => {
      mailer.close();
      redis.disconnect();
      await store.close();
    },
  };
}
