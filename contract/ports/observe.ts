import type { Mail, MailQuery } from './mailbox.ts';
import type { PaymentObject, PaymentQuery } from './payments.ts';
import type { RecordsAnswer, RecordsQuery } from './records.ts';
import type { DeliveryQuery, WebhookDelivery } from './webhooks.ts';

/** What an `observe` step asks, by port. */
export interface Queries {
  readonly mailbox: MailQuery;
  readonly records: RecordsQuery;
  readonly payments: PaymentQuery;
  readonly webhooks: DeliveryQuery;
}

/** What a port answers; `null` means that it looked and there was nothing (yet). */
export interface Observations {
  readonly mailbox: Mail | null;
  readonly records: RecordsAnswer | null;
  readonly payments: PaymentObject | null;
  readonly webhooks: readonly WebhookDelivery[] | null;
}

export type PortName = keyof Queries;

/**
 * A port through which a flow observes. `find` answers at once with what is there now; waiting is not its business.
 * @throws PortUnavailable when it could not look: the check is then `unknown`, never `fail`
 */
export interface ObservePort<P extends PortName> {
  find(query: Queries[P]): Promise<Observations[P]>;
  /** Proves that the port works, for the readiness checks. @throws PortUnavailable */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** The side we look from is broken, so nothing is known about the target. */
export class PortUnavailable extends Error {
  override readonly name = 'PortUnavailable';
  readonly port: PortName;
  readonly hint: string;
  constructor(port: PortName, message: string, hint: string, options?: ErrorOptions) {
    super(`${port}: ${message}`, options);
    this.port = port;
    this.hint = hint;
  }
}
