import type Stripe from 'stripe';
import { z } from 'zod';
import { ApiError, invalidRequest, noSuch } from './api-error.ts';
import type { Bank } from './bank.ts';
import type { Books } from './books.ts';
import { bookCharge } from './charges.ts';
import { newId } from './ids.ts';
import { boolean, expand, text } from './params.ts';
import { TEST_PAYMENT_METHODS, type TestCard } from './test-payment-methods.ts';
import type { Cause } from './webhooks.ts';

export const ConfirmParams = z.strictObject({
  ...expand,
  payment_method: text.optional(),
  return_url: text.optional(),
  off_session: boolean.optional(),
  error_on_requires_action: boolean.optional(),
  receipt_email: text.optional(),
  use_stripe_sdk: boolean.optional(),
});
type ConfirmParams = z.infer<typeof ConfirmParams>;

/**
 * Checks that an intent can be confirmed, and takes its payment method. Changes nothing when it throws.
 * @returns what takes the payment (nothing to do without `confirm`); it throws ApiError 402 when the card is declined
 */
export function confirmIntent(
  bank: Bank,
  intent: Stripe.PaymentIntent,
  params: ConfirmParams,
  confirm: boolean,
): (cause: Cause) => void {
  const given = params.payment_method;
  const card = given === undefined ? undefined : cardOf(bank.books, given);
  if (confirm && !card && intent.payment_method === null) {
    throw invalidRequest(
      'You cannot confirm this PaymentIntent because it is missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method.',
      { code: 'payment_intent_unexpected_state' },
    );
  }
  const redirects = intent.automatic_payment_methods;
  if (confirm && redirects?.enabled === true && redirects.allow_redirects !== 'never' && !params.return_url) {
    throw invalidRequest(
      'This PaymentIntent accepts payment methods that might redirect the customer off your page, so you must provide a `return_url`. To accept none of those, set automatic_payment_methods[enabled]=true and automatic_payment_methods[allow_redirects]=never when creating it.',
      { param: 'return_url' },
    );
  }
  if (given !== undefined && card) {
    intent.payment_method = given.startsWith('pm_card_') ? attach(bank.books, card) : given;
    intent.status = 'requires_confirmation';
  }
  if (!confirm) return () => undefined;
  const method = methodOf(intent);
  const charged = card ?? cardOf(bank.books, method);
  return (cause) => take(bank, intent, charged, method, params, cause);
}

/** A test payment method gets an id of its own, as at Stripe: the intent never says `pm_card_visa`. */
function attach(books: Books, card: TestCard): string {
  const id = newId('pm_1');
  books.paymentMethods.set(id, card);
  return id;
}

/** Ours is always an id; only answers are expanded. */
function methodOf(intent: Stripe.PaymentIntent): string {
  if (typeof intent.payment_method === 'string') return intent.payment_method;
  throw new Error(`${intent.id} has no payment method`);
}

function cardOf(books: Books, id: string): TestCard {
  const card = Object.hasOwn(TEST_PAYMENT_METHODS, id)
    ? TEST_PAYMENT_METHODS[id]
    : books.paymentMethods.get(id);
  if (!card) throw noSuch('PaymentMethod', id, 'payment_method');
  return card;
}

function take(
  bank: Bank,
  intent: Stripe.PaymentIntent,
  card: TestCard,
  method: string,
  params: ConfirmParams,
  cause: Cause,
): void {
  if (card.behaviour.kind === 'declines') return decline(bank, intent, card, method, cause);
  if (card.behaviour.kind === 'authenticates') {
    if (params.off_session === true || params.error_on_requires_action === true) {
      const asked: TestCard = {
        ...card,
        behaviour: {
          kind: 'declines',
          code: 'authentication_required',
          declineCode: 'authentication_required',
          message: 'Your card was declined. This transaction requires authentication.',
        },
      };
      return decline(bank, intent, asked, method, cause);
    }
    intent.status = 'requires_action';
    intent.next_action = params.return_url
      ? {
          type: 'redirect_to_url',
          redirect_to_url: {
            return_url: params.return_url,
            url: `/_stand-in/payment_intents/${intent.id}/authenticate`,
          },
        }
      : { type: 'use_stripe_sdk', use_stripe_sdk: {} };
    bank.announce(cause, 'payment_intent.requires_action', intent);
    return;
  }
  settle(bank, intent, card, method, cause);
}

/** Books a payment that the bank has accepted. */
function settle(
  bank: Bank,
  intent: Stripe.PaymentIntent,
  card: TestCard,
  method: string,
  cause: Cause,
): void {
  const charge = bookCharge(bank.books, intent, card, method);
  intent.latest_charge = charge.id;
  intent.last_payment_error = null;
  intent.next_action = null;
  bank.announce(cause, 'charge.succeeded', charge);
  if (intent.capture_method === 'manual') {
    intent.status = 'requires_capture';
    intent.amount_capturable = intent.amount;
    bank.announce(cause, 'payment_intent.amount_capturable_updated', intent);
    return;
  }
  intent.status = 'succeeded';
  intent.amount_received = intent.amount;
  bank.announce(cause, 'payment_intent.succeeded', intent);
}

/** Ends the authentication that a card asked for, as the customer at the bank would. @throws ApiError */
export function authenticate(bank: Bank, intent: Stripe.PaymentIntent, cause: Cause): void {
  if (intent.status !== 'requires_action') {
    throw invalidRequest(`${intent.id} does not wait for authentication: it is ${intent.status}.`, {
      code: 'payment_intent_unexpected_state',
    });
  }
  const method = methodOf(intent);
  const card = cardOf(bank.books, method);
  settle(bank, intent, { ...card, behaviour: { kind: 'pays' } }, method, cause);
}

function decline(
  bank: Bank,
  intent: Stripe.PaymentIntent,
  card: TestCard,
  method: string,
  cause: Cause,
): never {
  if (card.behaviour.kind !== 'declines') throw new Error('only a card that declines can be declined');
  const { code, declineCode, message } = card.behaviour;
  const charge = bookCharge(bank.books, intent, card, method);
  intent.latest_charge = charge.id;
  intent.payment_method = null;
  intent.status = 'requires_payment_method';
  const failure = {
    type: 'card_error',
    code,
    ...(declineCode === undefined ? {} : { decline_code: declineCode }),
    message,
    charge: charge.id,
  } as const;
  intent.last_payment_error = failure;
  bank.announce(cause, 'charge.failed', charge);
  bank.announce(cause, 'payment_intent.payment_failed', intent);
  throw new ApiError(402, { ...failure, payment_intent: structuredClone(intent) });
}
