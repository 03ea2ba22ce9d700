import type Stripe from 'stripe';
import { z } from 'zod';
import { noSuch } from './api-error.ts';
import type { Books } from './books.ts';
import { newId, now } from './ids.ts';
import { pageOf, within } from './lists.ts';
import { page, range, text } from './params.ts';
import type { TestCard } from './test-payment-methods.ts';

const CARD_EXPIRES = { month: 12, year: new Date().getUTCFullYear() + 5 };

/** Books a charge of a payment intent: paid, authorized only, or failed. */
export function bookCharge(
  books: Books,
  intent: Stripe.PaymentIntent,
  card: TestCard,
  paymentMethod: string,
): Stripe.Charge {
  const failure = card.behaviour.kind === 'declines' ? card.behaviour : undefined;
  const captured = !failure && intent.capture_method !== 'manual';
  const charge: Stripe.Charge = {
    id: newId('ch_3'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: captured ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    calculated_statement_descriptor: 'STAND-IN',
    captured,
    created: now(),
    currency: intent.currency,
    customer: null,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: failure?.code ?? null,
    failure_message: failure?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: { ...intent.metadata },
    on_behalf_of: null,
    outcome: {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: failure ? 'declined_by_network' : 'approved_by_network',
      reason: failure?.declineCode ?? failure?.code ?? null,
      risk_level: 'normal',
      risk_score: 1,
      seller_message: failure ? 'The bank declined the payment.' : 'Payment complete.',
      type: failure ? 'issuer_declined' : 'authorized',
    },
    paid: !failure,
    payment_intent: intent.id,
    payment_method: paymentMethod,
    payment_method_details: { type: 'card', card: cardDetails(intent, card) },
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: failure ? 'failed' : 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
  books.charges.set(charge.id, charge);
  return charge;
}

function cardDetails(intent: Stripe.PaymentIntent, card: TestCard): Stripe.Charge.PaymentMethodDetails.Card {
  return {
    amount_authorized: intent.amount,
    authorization_code: null,
    brand: card.brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: 'US',
    electronic_commerce_indicator: null,
    exp_month: CARD_EXPIRES.month,
    exp_year: CARD_EXPIRES.year,
    funding: card.funding,
    installments: null,
    last4: card.last4,
    mandate: null,
    network: card.brand,
    network_transaction_id: null,
    regulated_status: 'unregulated',
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  };
}

export const ListCharges = z.strictObject({
  ...page,
  payment_intent: text.optional(),
  created: range.optional(),
});

/** @throws ApiError */
export function listCharges(
  books: Books,
  params: z.infer<typeof ListCharges>,
): Stripe.ApiList<Stripe.Charge> {
  const charges = books.charges
    .newestFirst()
    .filter(
      (charge) =>
        (params.payment_intent === undefined || charge.payment_intent === params.payment_intent) &&
        within(charge.created, params.created),
    );
  return pageOf(charges, params, '/v1/charges', 'charge');
}

/** @throws ApiError */
export function chargeOf(books: Books, id: string, param = 'id'): Stripe.Charge {
  const charge = books.charges.get(id);
  if (!charge) throw noSuch('charge', id, param);
  return charge;
}
