import type Stripe from 'stripe';
import { BoundedMap } from './bounded-map.ts';
import type { TestCard } from './test-payment-methods.ts';

const MOST_PAYMENTS = 20_000;
const MOST_EVENTS = 60_000;

/** Everything that the account holds. */
export interface Books {
  readonly intents: BoundedMap<Stripe.PaymentIntent>;
  readonly charges: BoundedMap<Stripe.Charge>;
  readonly refunds: BoundedMap<Stripe.Refund>;
  readonly events: BoundedMap<Stripe.Event>;
  readonly endpoints: BoundedMap<EndpointEntry>;
  /** Payment methods made from test payment methods, by their own id. */
  readonly paymentMethods: BoundedMap<TestCard>;
}

/** An endpoint, and the secret that Stripe shows once. */
export interface EndpointEntry {
  readonly endpoint: Stripe.WebhookEndpoint;
  readonly secret: string;
}

export function openBooks(): Books {
  return {
    intents: new BoundedMap(MOST_PAYMENTS),
    charges: new BoundedMap(MOST_PAYMENTS),
    refunds: new BoundedMap(MOST_PAYMENTS),
    events: new BoundedMap(MOST_EVENTS),
    endpoints: new BoundedMap(16),
    paymentMethods: new BoundedMap(MOST_PAYMENTS),
  };
}

/** The object with this id, of whatever kind. */
export function objectOf(books: Books, id: string): object | undefined {
  if (id.startsWith('pi_')) return books.intents.get(id);
  if (id.startsWith('ch_')) return books.charges.get(id);
  if (id.startsWith('re_')) return books.refunds.get(id);
  return undefined;
}
