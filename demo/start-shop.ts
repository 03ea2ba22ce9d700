import type Stripe from 'stripe';
import { z } from 'zod';
import { freePort } from './parts/free-port.ts';
import { startModule } from './parts/supervise.ts';
import { publicUrlOf, type ShopConfig } from './shop/config.ts';
import type { ShopName } from './shop/parts.ts';

export interface StartShopOptions {
  readonly shop: ShopName;
  /** Distinguishes several shops of one directory; default the shop's name. */
  readonly name?: string;
  /** Holds its log. */
  readonly directory: string;
  readonly stripe: Stripe;
  /** Everything but the port and the webhook secret, which are made here. */
  readonly config: Omit<ShopConfig, 'port' | 'stripe'> & {
    readonly stripe: Omit<ShopConfig['stripe'], 'webhookSecret'>;
  };
  readonly signal?: AbortSignal;
}

export interface RunningShop {
  readonly url: string;
  readonly webhookSecret: string;
  readonly pid: number;
  /** Tells the provider to send nothing to this shop any more. */
  disableWebhooks(): Promise<void>;
  stop(): Promise<void>;
}

const TRIES = 3;

/** Registers a webhook endpoint for a shop at the provider and starts the shop in a process of its own. */
export async function startShop(options: StartShopOptions): Promise<RunningShop> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOn(options, await freePort());
    } catch (error) {
      // Between our look and the shop's start another process may have taken the port.
      const portTaken = error instanceof Error && error.message.includes('EADDRINUSE');
      if (!portTaken || attempt === TRIES) throw error;
    }
  }
}

async function startOn(options: StartShopOptions, port: number): Promise<RunningShop> {
  const { stripe, shop, config, signal } = options;
  const endpoint = await stripe.webhookEndpoints.create({
    url: `${publicUrlOf({ port })}/webhooks/stripe`,
    enabled_events: ['payment_intent.succeeded', 'charge.refunded'],
  });
  const webhookSecret = z.string().min(1).parse(endpoint.secret);
  const input: ShopConfig = { ...config, port, stripe: { ...config.stripe, webhookSecret } };
  try {
    const child = await startModule({
      name: `${options.name ?? shop}-shop`,
      directory: options.directory,
      module: new URL(`./processes/${shop}-shop.ts`, import.meta.url),
      input,
      ready: z.strictObject({ url: z.url() }),
      ...(signal ? { signal } : {}),
    });
    return {
      url: child.ready.url,
      webhookSecret,
      pid: child.process.pid,
      disableWebhooks: async () => {
        await stripe.webhookEndpoints.update(endpoint.id, { disabled: true });
      },
      stop: () => child.process.stop(),
    };
  } catch (error) {
    if (signal?.aborted !== true) await stripe.webhookEndpoints.del(endpoint.id);
    throw error;
  }
}
