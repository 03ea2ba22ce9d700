import type { PaymentsSource } from '../../../contract/plan/target.ts';
import { type PaymentsPort, stripePayments } from './stripe.ts';

export type { PaymentsPort } from './stripe.ts';

const adapters = {
  stripe: stripePayments,
} satisfies Record<PaymentsSource['adapter'], (source: PaymentsSource) => PaymentsPort>;

/** The payment provider that a plan names. Nothing is connected before the first look. */
export function openPayments(source: PaymentsSource): PaymentsPort {
  return adapters[source.adapter](source);
}
