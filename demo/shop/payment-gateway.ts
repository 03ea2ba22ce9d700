import Stripe from 'stripe';
import { CURRENCY } from './money.ts';
import { ShopError } from './shop-error.ts';

export interface Charge {
  readonly orderId: string;
  readonly amountCents: number;
  /** A payment method of the provider, such as `pm_card_visa`. */
  readonly paymentMethod: string;
  /** The same key never charges twice. */
  readonly idempotencyKey: string;
}

/** The payment provider, as the shop uses it. */
export interface PaymentGateway {
  /** @throws ShopError 402 when the card is declined, 502 when the provider does not answer */
  charge(charge: Charge): Promise<{ readonly reference: string; readonly amountCents: number }>;
  refund(reference: string): Promise<void>;
  /** Reads a delivery of the provider. @throws Error when its signature is not right */
  readEvent(rawBody: Buffer, signature: string | undefined): Stripe.Event;
  /** @throws Error when the provider does not answer */
  ping(): Promise<void>;
}

interface StripeSettings {
  readonly apiBase: string;
  readonly secretKey: string;
  readonly webhookSecret: string;
}

/** A stripe-node client for an API at some address: the demo's stand-in listens on this machine. */
export function stripeClient(settings: Omit<StripeSettings, 'webhookSecret'>): Stripe {
  const api = new URL(settings.apiBase);
  return new Stripe(settings.secretKey, {
    host: api.hostname,
    port: api.port,
    protocol: api.protocol === 'https:' ? 'https' : 'http',
    telemetry: false,
    maxNetworkRetries: 0,
    timeout: 5000,
  });
}

/** Takes payments with Stripe's PaymentIntents, confirmed at once. */
export function createPaymentGateway(settings: StripeSettings, shop: string): PaymentGateway {
  const stripe = stripeClient(settings);
  return {
    charge: async ({ orderId, amountCents, paymentMethod, idempotencyKey }) => {
      const intent = await stripe.paymentIntents
        .create(
          {
            amount: amountCents,
            currency: CURRENCY,
            payment_method: paymentMethod,
            automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
            confirm: true,
            metadata: { order: orderId, shop },
          },
          { idempotencyKey },
        )
        .catch((error: unknown) => {
          throw paymentError(error);
        });
      if (intent.status !== 'succeeded') {
        throw new ShopError(402, 'authentication_required', 'The bank asks for more than this shop can do.');
      }
      return { reference: intent.id, amountCents: intent.amount_received };
    },
    refund: async (reference) => {
      await stripe.refunds.create({ payment_intent: reference }).catch((error: unknown) => {
        throw paymentError(error);
      });
    },
    readEvent: (rawBody, signature) =>
      stripe.webhooks.constructEvent(rawBody, signature ?? '', settings.webhookSecret),
    ping: async () => {
      await stripe.paymentIntents.list({ limit: 1 });
    },
  };
}

function paymentError(error: unknown): unknown {
  if (error instanceof Stripe.errors.StripeCardError) {
    return new ShopError(402, error.code ?? 'card_declined', error.message, {
      cause: error,
      declineCode: error.decline_code,
    });
  }
  if (error instanceof Stripe.errors.StripeInvalidRequestError) {
    return new ShopError(422, error.code ?? 'payment_refused', error.message, { cause: error });
  }
  if (error instanceof Stripe.errors.StripeError) {
    return new ShopError(502, 'payment_unavailable', 'The payment provider did not answer.', {
      cause: error,
    });
  }
  return error;
}
