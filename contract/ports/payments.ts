/** Finds one payment at the provider: by its id, or by one metadata field. */
export interface PaymentQuery {
  readonly id?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A payment as the provider sees it. */
export interface PaymentObject {
  /** As the provider calls it. */
  readonly id: string;
  /** The provider's own status word, for example `succeeded`. */
  readonly status: string;
  /** In the currency's smallest unit. */
  readonly amount: number;
  /** What came in so far, in the smallest unit. */
  readonly amountReceived: number;
  /** Lower-case ISO 4217. */
  readonly currency: string;
  /** What the shop wrote beside it. */
  readonly metadata: Readonly<Record<string, string>>;
  /** `true` means real money: a check that sees it fails. */
  readonly livemode: boolean;
  /** What went back so far, in the smallest unit. */
  readonly refunded: number;
}
