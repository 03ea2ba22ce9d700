import type Stripe from 'stripe';
import { GreenlightError } from '../../../contract/errors.ts';
import { type PortName, PortUnavailable } from '../../../contract/ports/observe.ts';
import type { PaymentsSource } from '../../../contract/plan/target.ts';
import { liveKeyIn } from '../../../safety/live-keys.ts';
import { resolveSecret } from '../../../safety/secrets.ts';
import { importClient } from '../import-client.ts';

const LOOK_TIMEOUT_MS = 5000;

/**
 * Makes the client of Stripe (or of a stand-in at `apiBase`) on first use.
 * @throws GreenlightError LIVE_KEY before anything is sent: stripe-node itself takes every key
 */
export function lazyStripe(port: PortName, source: PaymentsSource): () => Promise<Stripe> {
  let client: Promise<Stripe> | undefined;
  return () => (client ??= connect(port, source));
}

async function connect(port: PortName, source: PaymentsSource): Promise<Stripe> {
  const key = resolveSecret(source.secretKey);
  const live = liveKeyIn(key);
  if (live !== undefined) throw new GreenlightError('LIVE_KEY', `target.payments.secretKey is ${live}…`);
  const { default: StripeClient } = await importClient(port, 'stripe', () => import('stripe'));
  const base = source.apiBase === undefined ? undefined : new URL(source.apiBase);
  return new StripeClient(key, {
    telemetry: false,
    // A flow asks again by itself; retries inside the client would hide how long an answer takes.
    maxNetworkRetries: 0,
    timeout: LOOK_TIMEOUT_MS,
    ...(base && {
      host: base.hostname,
      port: base.port || (base.protocol === 'https:' ? '443' : '80'),
      protocol: base.protocol === 'https:' ? 'https' : 'http',
    }),
  });
}

/** What Stripe's own "there is no such object" is; every other error means that we could not look. */
export function isMissing(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'resource_missing';
}

/** Turns an error of the client into one of the port. Messages of Stripe mask the key themselves. */
export function stripeUnavailable(port: PortName, error: unknown): Error {
  if (error instanceof PortUnavailable || error instanceof GreenlightError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const type = (error as { type?: unknown }).type;
  return new PortUnavailable(
    port,
    `Stripe could not be asked: ${message}`,
    type === 'StripeAuthenticationError'
      ? 'check target.payments.secretKey: a test-mode key of the right account'
      : 'check the network, and target.payments.apiBase if it is set',
    { cause: error },
  );
}
