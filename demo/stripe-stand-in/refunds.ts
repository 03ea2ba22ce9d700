import type Stripe from 'stripe';
import { z } from 'zod';
import { money } from './amounts.ts';
import { invalidRequest, noSuch } from './api-error.ts';
import type { Bank } from './bank.ts';
import type { Books } from './books.ts';
import { chargeOf } from './charges.ts';
import { newId, now } from './ids.ts';
import { pageOf, within } from './lists.ts';
import { expand, integer, metadata, page, range, text } from './params.ts';
import { intentOf, latestCharge } from './payment-intents.ts';
import type { Cause } from './webhooks.ts';

export const CreateRefund = z.strictObject({
  ...expand,
  amount: integer.optional(),
  charge: text.optional(),
  payment_intent: text.optional(),
  metadata: metadata.optional(),
  reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional(),
});

/** Gives back a charge, or a part of it. @throws ApiError */
export function createRefund(bank: Bank, params: z.infer<typeof CreateRefund>, cause: Cause): Stripe.Refund {
  const charge = refundable(bank.books, params);
  const left = charge.amount_captured - charge.amount_refunded;
  if (left === 0) {
    throw invalidRequest(`Charge ${charge.id} has already been refunded.`, {
      code: 'charge_already_refunded',
    });
  }
  const amount = params.amount ?? left;
  if (amount < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'amount',
    });
  }
  if (amount > left) {
    throw invalidRequest(
      `Refund amount (${money(amount, charge.currency)}) is greater than unrefunded amount on charge (${money(left, charge.currency)})`,
      { param: 'amount' },
    );
  }
  const refund: Stripe.Refund = {
    id: newId('re_3'),
    object: 'refund',
    amount,
    balance_transaction: null,
    charge: charge.id,
    created: now(),
    currency: charge.currency,
    customer: null,
    customer_account: null,
    destination_details: { type: 'card', card: { type: 'refund' } },
    metadata: params.metadata ?? {},
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: params.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
  charge.amount_refunded += amount;
  charge.refunded = charge.amount_refunded === charge.amount_captured;
  bank.books.refunds.set(refund.id, refund);
  bank.announce(cause, 'refund.created', refund);
  bank.announce(cause, 'charge.refunded', charge);
  return refund;
}

function refundable(books: Books, params: z.infer<typeof CreateRefund>): Stripe.Charge {
  const { charge: chargeId, payment_intent: intentId } = params;
  if ((chargeId === undefined) === (intentId === undefined)) {
    throw invalidRequest(
      'One of the following params should be provided for this request: payment_intent or charge.',
      {
        code: 'parameter_missing',
      },
    );
  }
  const charge =
    chargeId !== undefined
      ? chargeOf(books, chargeId, 'charge')
      : latestCharge(books, intentOf(books, intentId ?? '', 'payment_intent'));
  if (!charge || charge.status !== 'succeeded' || !charge.captured) {
    throw invalidRequest(
      `${intentId ? `This PaymentIntent (${intentId})` : `Charge ${chargeId}`} does not have a successful charge to refund.`,
      { code: 'charge_not_refundable', param: intentId ? 'payment_intent' : 'charge' },
    );
  }
  return charge;
}

/** @throws ApiError */
export function refundOf(books: Books, id: string): Stripe.Refund {
  const refund = books.refunds.get(id);
  if (!refund) throw noSuch('refund', id);
  return refund;
}

export const ListRefunds = z.strictObject({
  ...page,
  charge: text.optional(),
  payment_intent: text.optional(),
  created: range.optional(),
});

/** @throws ApiError */
export function listRefunds(
  books: Books,
  params: z.infer<typeof ListRefunds>,
): Stripe.ApiList<Stripe.Refund> {
  const refunds = books.refunds
    .newestFirst()
    .filter(
      (refund) =>
        (params.charge === undefined || refund.charge === params.charge) &&
        (params.payment_intent === undefined || refund.payment_intent === params.payment_intent) &&
        within(refund.created, params.created),
    );
  return pageOf(refunds, params, '/v1/refunds', 'refund');
}
