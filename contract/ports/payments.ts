/** Finds one payment at the provider: by its id, or by one metadata field. */
export interface PaymentQuery {
  readonly id?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A payment as the provider sees it. */
export interface PaymentObject {
  readonly id: string;
  /** The provider's own status word, for example `succeeded`. */
  readonly status: string;
  /** In the currency's smallest unit. */
  readonly amount: number;
  readonly amountReceived: number;
  /** Lower-case ISO 4217. */
  readonly currency: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** `true` means real money: a check that sees it fails. */
  readonly livemode: boolean;
  readonly refunded: number;
}
