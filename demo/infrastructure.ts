import { randomBytes } from 'node:crypto';
import type Stripe from 'stripe';
import { allOrNothing, type Closers } from './closers.ts';
import { describePart } from './parts/part.ts';
import { startPostgres, type Postgres } from './parts/postgres.ts';
import { startRedis, type Redis } from './parts/redis.ts';
import { startSmtpSink, type SmtpSink } from './parts/smtp-sink.ts';
import { startStripeStandIn, type StripeStandIn } from './stripe-stand-in/start.ts';
import type { ShopConfig } from './shop/config.ts';
import type { ShopName } from './shop/parts.ts';
import { stripeClient } from './shop/payment-gateway.ts';
import { startShop, type RunningShop } from './start-shop.ts';

/** Everything around the shops, and how to start a shop in it. */
export interface Infrastructure {
  readonly databases: Readonly<Record<ShopName, Postgres>>;
  readonly redis: Redis;
  readonly mail: SmtpSink;
  readonly payments: StripeStandIn;
  readonly stripe: Stripe;
  /** Guards the internal routes of both shops. */
  readonly internalToken: string;
  /** Names and versions, for people. */
  readonly parts: readonly string[];
  /** Starts a shop on its database; `name` tells several of one kind apart. */
  startShop(
    shop: ShopName,
    options?: { readonly name?: string; readonly fault?: string },
  ): Promise<RunningShop>;
}

/** What each shop says it runs. */
export const RELEASES: Record<ShopName, ShopConfig['release']> = {
  old: { version: '1.9.4', commit: '5d1c0f7' },
  new: { version: '2.0.0', commit: 'b42e9a1' },
};

/** Starts all parts at once; each is closed again by `closers`, also when another one fails. */
export async function startInfrastructure(options: {
  readonly directory: string;
  readonly closers: Closers;
  readonly signal?: AbortSignal | undefined;
}): Promise<Infrastructure> {
  const { directory, closers } = options;
  const common = { directory, ...(options.signal ? { signal: options.signal } : {}) };
  const stops: (() => Promise<void>)[] = [];
  closers.add(async () => {
    await allOrNothing(stops.map((stop) => stop()));
  });
  const stoppable = async <T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const part = await starting;
    stops.push(() => part.stop());
    return part;
  };
  const [oldDatabase, newDatabase, redis, mail, payments] = await allOrNothing([
    stoppable(startPostgres({ ...common, name: 'old' })),
    stoppable(startPostgres({ ...common, name: 'new' })),
    stoppable(startRedis({ ...common, memory: '256mb' })),
    stoppable(startSmtpSink(common)),
    stoppable(startStripeStandIn(common)),
  ]);
  const databases = { old: oldDatabase, new: newDatabase };
  const internalToken = randomBytes(18).toString('base64url');
  const keyPrefix = `greenlight-demo-${randomBytes(4).toString('hex')}`;
  const stripe = stripeClient({ apiBase: payments.apiBase, secretKey: payments.secretKey });

  return {
    databases,
    redis,
    mail,
    payments,
    stripe,
    internalToken,
    parts: [oldDatabase, redis, mail, payments].map(describePart),
    startShop: async (shop, { name, fault } = {}) => {
      const running = await startShop({
        ...common,
        shop,
        stripe,
        ...(name === undefined ? {} : { name }),
        config: {
          databaseUrl: databases[shop].url,
          redis: { url: redis.url, prefix: `${keyPrefix}:${name ?? shop}` },
          smtp: { host: mail.smtpHost, port: mail.smtpPort },
          stripe: { apiBase: payments.apiBase, secretKey: payments.secretKey },
          internalToken,
          release: RELEASES[shop],
          fault: fault ?? null,
        },
      });
      closers.add(() => running.stop());
      return running;
    },
  };
}
