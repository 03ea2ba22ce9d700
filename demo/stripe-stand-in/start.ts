import { z } from 'zod';
import { GreenlightError } from '../../contract/errors.ts';
import type { Part } from '../parts/part.ts';
import { startModule } from '../parts/supervise.ts';
import type { Attempt } from './deliveries.ts';
import type { Faults } from './faults.ts';
import { randomLetters } from './ids.ts';

/** How the stand-in names itself in reports and in its health document. */
export const STRIPE_STAND_IN = { name: 'Greenlight Stripe stand-in', version: '1' } as const;

export interface StripeStandInOptions {
  /** Holds its log. */
  readonly directory: string;
  readonly signal?: AbortSignal;
  /** The account's only key, `sk_test_...`; a random one by default. */
  readonly secretKey?: string;
  /** Pause before each further attempt of a delivery; default 250, 1000 and 4000. */
  readonly retryDelaysMs?: readonly number[];
  /** How long an endpoint may take to answer; default 5000. */
  readonly deliveryTimeoutMs?: number;
}

export interface StripeStandIn extends Part {
  /** `http://127.0.0.1:<port>`: host, port and protocol for `new Stripe(secretKey, { host, port, protocol })`. */
  readonly apiBase: string;
  readonly secretKey: string;
  readonly pid: number;
  /**
   * Registers an endpoint with a secret of the caller's choice, so that a shop can know it before it starts
   * (through the API, Stripe chooses it). Default: all events, a random secret.
   */
  addWebhookEndpoint(endpoint: {
    readonly url: string;
    readonly secret?: string;
    readonly enabledEvents?: readonly string[];
  }): Promise<{ readonly id: string; readonly secret: string }>;
  /** Switches faults on or off; those not named stay as they are. */
  setFaults(faults: Partial<Faults>): Promise<void>;
  /** All attempts to deliver events, newest first. */
  deliveries(): Promise<readonly Attempt[]>;
}

/**
 * Starts the Stripe stand-in in a process of its own on a random loopback port. It is checked against the real
 * stripe-node; what it does not model it refuses by name. @throws GreenlightError LIVE_KEY, DEMO_FAILED
 */
export async function startStripeStandIn(options: StripeStandInOptions): Promise<StripeStandIn> {
  const secretKey = options.secretKey ?? `sk_test_${randomLetters(32)}`;
  if (!/^sk_test_\w+$/.test(secretKey)) {
    throw new GreenlightError('LIVE_KEY', 'the Stripe stand-in only takes a key that starts with sk_test_');
  }
  const child = await startModule({
    name: 'stripe-stand-in',
    directory: options.directory,
    module: new URL('../processes/stripe-stand-in.ts', import.meta.url),
    input: {
      secretKey,
      retryDelaysMs: options.retryDelaysMs ?? [250, 1_000, 4_000],
      timeoutMs: options.deliveryTimeoutMs ?? 5_000,
    },
    ready: z.strictObject({ port: z.number().int() }),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const apiBase = `http://127.0.0.1:${child.ready.port}`;
  const admin = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${apiBase}/_stand-in/${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer: unknown = await response.json();
    if (!response.ok) {
      throw new GreenlightError('DEMO_FAILED', `${path} of the Stripe stand-in: ${JSON.stringify(answer)}`);
    }
    return answer;
  };
  return {
    ...STRIPE_STAND_IN,
    apiBase,
    secretKey,
    pid: child.process.pid,
    async addWebhookEndpoint({ url, secret, enabledEvents }) {
      const made = await admin('POST', 'webhook_endpoints', {
        url,
        ...(secret ? { secret } : {}),
        ...(enabledEvents ? { enabled_events: enabledEvents } : {}),
      });
      return z.object({ id: z.string(), secret: z.string() }).parse(made);
    },
    async setFaults(faults) {
      await admin('POST', 'faults', faults);
    },
    async deliveries() {
      return ((await admin('GET', 'deliveries')) as { data: Attempt[] }).data;
    },
    stop: () => child.process.stop(),
  };
}
