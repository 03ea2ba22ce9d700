import { ShopError } from './shop-error.ts';

/** `declined` is what the bank says about a card; `failed` is everything that is not the customer's. */
type PaymentOutcome = 'succeeded' | 'declined' | 'failed';

/** Counts how payments end. */
export interface PaymentCounts {
  /** Makes a payment, and counts how it ended. */
  counted<T>(payment: () => Promise<T>): Promise<T>;
  /** The lines of a scrape. */
  lines(): readonly string[];
}

export function createPaymentCounts(): PaymentCounts {
  // With 0 from their start: no series would not mean no payments.
  const counts: Record<PaymentOutcome, number> = { succeeded: 0, declined: 0, failed: 0 };
  return {
    counted: async (payment) => {
      try {
        const paid = await payment();
        counts.succeeded += 1;
        return paid;
      } catch (error) {
        counts[error instanceof ShopError && error.status === 402 ? 'declined' : 'failed'] += 1;
        throw error;
      }
    },
    lines: () => [
      '# TYPE payments_total counter',
      ...Object.entries(counts).map(([outcome, count]) => `payments_total{outcome="${outcome}"} ${count}`),
    ],
  };
}
