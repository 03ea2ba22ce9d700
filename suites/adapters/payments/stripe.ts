import type Stripe from 'stripe';
import type { PaymentObject, PaymentQuery } from '../../../contract/ports/payments.ts';
import type { ObservePort } from '../../../contract/ports/observe.ts';
import type { PaymentsSource } from '../../../contract/plan/target.ts';
import { isMissing, lazyStripe, stripeUnavailable } from './stripe-client.ts';

/** The payment port, which can also say what kind of account it looks into. */
export interface PaymentsPort extends ObservePort<'payments'> {
  /** Whether the account's objects are real money. @throws PortUnavailable */
  livemode(): Promise<boolean>;
}

/** How far back a search by metadata looks. Synthetic payments are seconds old. */
const SEARCH_SECONDS = 3600;
const SEARCH_MOST = 1000;

/** Looks at PaymentIntents in a Stripe account in test mode. Reads only. */
export function stripePayments(source: PaymentsSource): PaymentsPort {
  const client = lazyStripe('payments', source);
  const guarded = async <T>(look: (stripe: Stripe) => Promise<T>): Promise<T> => {
    try {
      return await look(await client());
    } catch (error) {
      throw stripeUnavailable('payments', error);
    }
  };
  return {
    find: (query) => guarded((stripe) => findIntent(stripe, query)),
    livemode: () => guarded(async (stripe) => (await stripe.balance.retrieve()).livemode),
    ready: () => guarded(async (stripe) => void (await stripe.balance.retrieve())),
    close: async () => {},
  };
}

async function findIntent(stripe: Stripe, query: PaymentQuery): Promise<PaymentObject | null> {
  if (query.id === undefined && Object.keys(query.metadata ?? {}).length === 0) {
    throw new Error('a payment query needs an id or a metadata field');
  }
  const id = query.id ?? (await searchMetadata(stripe, query.metadata ?? {}));
  if (id === undefined) return null;
  try {
    const intent = await stripe.paymentIntents.retrieve(id, { expand: ['latest_charge'] });
    const matches = Object.entries(query.metadata ?? {}).every(
      ([name, value]) => intent.metadata[name] === value,
    );
    return matches ? paymentOf(intent) : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Newest first through the list: Stripe's search API lags behind by up to a minute, and a stand-in has none. */
async function searchMetadata(
  stripe: Stripe,
  metadata: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const since = Math.floor(Date.now() / 1000) - SEARCH_SECONDS;
  let seen = 0;
  for await (const intent of stripe.paymentIntents.list({ limit: 100, created: { gte: since } })) {
    if (Object.entries(metadata).every(([name, value]) => intent.metadata[name] === value)) return intent.id;
    if ((seen += 1) >= SEARCH_MOST)
      throw new Error(`no match among the newest ${SEARCH_MOST} payments; ask by id`);
  }
  return undefined;
}

function paymentOf(intent: Stripe.PaymentIntent): PaymentObject {
  const charge = typeof intent.latest_charge === 'object' ? intent.latest_charge : null;
  return {
    id: intent.id,
    status: intent.status,
    amount: intent.amount,
    amountReceived: intent.amount_received,
    currency: intent.currency,
    metadata: intent.metadata,
    livemode: intent.livemode,
    refunded: charge?.amount_refunded ?? 0,
  };
}
