import type Stripe from 'stripe';
import { z } from 'zod';
import { checkAmount, checkCurrency, money } from './amounts.ts';
import { invalidRequest, noSuch } from './api-error.ts';
import type { Bank } from './bank.ts';
import type { Books } from './books.ts';
import { ConfirmParams, confirmIntent } from './confirmation.ts';
import { newId, now, randomLetters } from './ids.ts';
import { pageOf, within } from './lists.ts';
import { boolean, clearableText, expand, integer, list, metadata, page, range, text } from './params.ts';
import { parseSearch } from './search-query.ts';
import { mergeMetadata, type Cause } from './webhooks.ts';

export const CreateIntent = z.strictObject({
  ...ConfirmParams.shape,
  amount: integer,
  currency: text,
  confirm: boolean.optional(),
  automatic_payment_methods: z
    .strictObject({ enabled: boolean, allow_redirects: z.enum(['always', 'never']).optional() })
    .optional(),
  allowed_payment_method_types: list(text).optional(),
  /** Of API versions before 2026; clients of those still send it. */
  payment_method_types: list(text).optional(),
  capture_method: z.enum(['automatic', 'automatic_async', 'manual']).optional(),
  confirmation_method: z.enum(['automatic', 'manual']).optional(),
  description: text.optional(),
  metadata: metadata.optional(),
  statement_descriptor: text.optional(),
  statement_descriptor_suffix: text.optional(),
});

/** Creates a payment intent and, with `confirm`, takes the payment at once. @throws ApiError */
export function createIntent(
  bank: Bank,
  params: z.infer<typeof CreateIntent>,
  cause: Cause,
): Stripe.PaymentIntent {
  const currency = checkCurrency(params.currency);
  checkAmount(params.amount, currency);
  const types = params.allowed_payment_method_types ?? params.payment_method_types;
  if (types && params.automatic_payment_methods?.enabled === true) {
    throw invalidRequest(
      'You may only specify one of these parameters: automatic_payment_methods, payment_method_types.',
      { code: 'parameters_exclusive' },
    );
  }
  const id = newId('pi_3');
  const intent: Stripe.PaymentIntent = {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    amount: params.amount,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    // Without a list of types, the account's own methods are on: also when nobody asked for them.
    automatic_payment_methods: types
      ? null
      : {
          enabled: params.automatic_payment_methods?.enabled ?? true,
          allow_redirects: params.automatic_payment_methods?.allow_redirects ?? 'always',
        },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: params.capture_method ?? 'automatic_async',
    client_secret: `${id}_secret_${randomLetters(25)}`,
    confirmation_method: params.confirmation_method ?? 'automatic',
    created: now(),
    currency,
    customer: null,
    customer_account: null,
    description: params.description ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: mergeMetadata({}, params.metadata ?? {}),
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: types ?? ['card'],
    payment_record: null,
    processing: null,
    receipt_email: params.receipt_email ?? null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: params.statement_descriptor ?? null,
    statement_descriptor_suffix: params.statement_descriptor_suffix ?? null,
    status: 'requires_payment_method',
    transfer_group: null,
  };
  // What would be refused must leave nothing behind.
  const confirm = confirmIntent(bank, intent, params, params.confirm === true);
  bank.books.intents.set(id, intent);
  bank.announce(cause, 'payment_intent.created', intent);
  confirm(cause);
  return intent;
}

/** @throws ApiError */
export function intentOf(books: Books, id: string, param = 'intent'): Stripe.PaymentIntent {
  const intent = books.intents.get(id);
  if (!intent) throw noSuch('payment_intent', id, param);
  return intent;
}

export const UpdateIntent = z.strictObject({
  ...expand,
  amount: integer.optional(),
  description: clearableText.optional(),
  metadata: metadata.optional(),
  receipt_email: clearableText.optional(),
});

/** @throws ApiError */
export function updateIntent(
  bank: Bank,
  id: string,
  params: z.infer<typeof UpdateIntent>,
): Stripe.PaymentIntent {
  const intent = intentOf(bank.books, id);
  if (params.amount !== undefined) {
    requireStatus(intent, 'updated', ['requires_payment_method', 'requires_confirmation', 'requires_action']);
    checkAmount(params.amount, intent.currency);
    intent.amount = params.amount;
  }
  if (params.description !== undefined) intent.description = params.description;
  if (params.receipt_email !== undefined) intent.receipt_email = params.receipt_email;
  if (params.metadata) intent.metadata = mergeMetadata(intent.metadata, params.metadata);
  return intent;
}

export const CaptureIntent = z.strictObject({
  ...expand,
  amount_to_capture: integer.optional(),
  metadata: metadata.optional(),
});

/** Takes an authorized amount, or a part of it; the rest is released. @throws ApiError */
export function captureIntent(
  bank: Bank,
  id: string,
  params: z.infer<typeof CaptureIntent>,
  cause: Cause,
): Stripe.PaymentIntent {
  const intent = intentOf(bank.books, id);
  requireStatus(intent, 'captured', ['requires_capture']);
  const amount = params.amount_to_capture ?? intent.amount_capturable;
  if (amount < 1 || amount > intent.amount_capturable) {
    throw invalidRequest(
      `The amount to capture (${money(amount, intent.currency)}) must be between 1 and the capturable ${money(intent.amount_capturable, intent.currency)}.`,
      { code: 'amount_too_large', param: 'amount_to_capture' },
    );
  }
  intent.amount_capturable = 0;
  intent.amount_received = amount;
  intent.status = 'succeeded';
  if (params.metadata) intent.metadata = mergeMetadata(intent.metadata, params.metadata);
  const charge = latestCharge(bank.books, intent);
  if (charge) {
    charge.captured = true;
    charge.amount_captured = amount;
    bank.announce(cause, 'charge.captured', charge);
  }
  bank.announce(cause, 'payment_intent.succeeded', intent);
  return intent;
}

export const CancelIntent = z.strictObject({
  ...expand,
  cancellation_reason: z.enum(['abandoned', 'duplicate', 'fraudulent', 'requested_by_customer']).optional(),
});

/** @throws ApiError */
export function cancelIntent(
  bank: Bank,
  id: string,
  params: z.infer<typeof CancelIntent>,
  cause: Cause,
): Stripe.PaymentIntent {
  const intent = intentOf(bank.books, id);
  requireStatus(intent, 'canceled', [
    'requires_payment_method',
    'requires_confirmation',
    'requires_action',
    'requires_capture',
  ]);
  const authorized = intent.status === 'requires_capture' ? latestCharge(bank.books, intent) : undefined;
  if (authorized) {
    authorized.amount_refunded = authorized.amount;
    authorized.refunded = true;
    bank.announce(cause, 'charge.refunded', authorized);
  }
  intent.status = 'canceled';
  intent.amount_capturable = 0;
  intent.next_action = null;
  intent.canceled_at = now();
  intent.cancellation_reason = params.cancellation_reason ?? null;
  bank.announce(cause, 'payment_intent.canceled', intent);
  return intent;
}

export const ListIntents = z.strictObject({ ...page, created: range.optional() });

/** @throws ApiError */
export function listIntents(
  books: Books,
  params: z.infer<typeof ListIntents>,
): Stripe.ApiList<Stripe.PaymentIntent> {
  const intents = books.intents.newestFirst().filter((intent) => within(intent.created, params.created));
  return pageOf(intents, params, '/v1/payment_intents', 'payment_intent');
}

export const SearchIntents = z.strictObject({
  ...expand,
  query: text,
  limit: page.limit,
  /** The position to go on from, as an earlier answer gave it. */
  page: integer.optional(),
});

/** @throws ApiError when the query cannot be read */
export function searchIntents(
  books: Books,
  params: z.infer<typeof SearchIntents>,
): Stripe.ApiSearchResult<Stripe.PaymentIntent> {
  const found = books.intents.newestFirst().filter(parseSearch(params.query));
  const start = params.page ?? 0;
  const end = start + (params.limit ?? 10);
  const more = end < found.length;
  return {
    object: 'search_result',
    data: found.slice(start, end),
    has_more: more,
    next_page: more ? String(end) : null,
    url: '/v1/payment_intents/search',
  };
}

/** The charge that the intent last made, if it made one. */
export function latestCharge(books: Books, intent: Stripe.PaymentIntent): Stripe.Charge | undefined {
  return typeof intent.latest_charge === 'string' ? books.charges.get(intent.latest_charge) : undefined;
}

/** @throws ApiError when the intent is not in a state for this */
export function requireStatus(
  intent: Stripe.PaymentIntent,
  done: string,
  allowed: readonly Stripe.PaymentIntent.Status[],
): void {
  if (allowed.includes(intent.status)) return;
  throw invalidRequest(
    `This PaymentIntent could not be ${done} because it has a status of ${intent.status}. Only a PaymentIntent with one of the following statuses may be ${done}: ${allowed.join(', ')}.`,
    { code: 'payment_intent_unexpected_state' },
  );
}
