import { Unavailable } from '../cannot-tell.ts';
import type { Mail, MailQuery } from './mailbox.ts';
import type { PaymentObject, PaymentQuery } from './payments.ts';
import type { RecordsAnswer, RecordsQuery } from './records.ts';
import type { ReceivedWebhook, WebhookSinkQuery } from './webhook-sink.ts';
import type { DeliveryQuery, WebhookDelivery } from './webhooks.ts';

/** What an `observe` step asks, by port. */
export interface Queries {
  readonly mailbox: MailQuery;
  readonly records: RecordsQuery;
  readonly payments: PaymentQuery;
  /** What the payment provider says about its own deliveries. */
  readonly webhooks: DeliveryQuery;
  /** What the target itself has sent. */
  readonly webhookSink: WebhookSinkQuery;
}

/** What a port answers; `null` means that it looked and there was nothing (yet). */
export interface Observations {
  readonly mailbox: Mail | null;
  readonly records: RecordsAnswer | null;
  readonly payments: PaymentObject | null;
  readonly webhooks: readonly WebhookDelivery[] | null;
  /** Newest first, and never an empty list. */
  readonly webhookSink: readonly ReceivedWebhook[] | null;
}

export type PortName = keyof Queries;

/**
 * A port through which a flow observes. `find` answers at once with what is there now; waiting is not its business.
 * @throws PortUnavailable when it could not look: the check is then `unknown`, never `fail`
 */
export interface ObservePort<P extends PortName> {
  find(query: Queries[P]): Promise<Observations[P]>;
  /**
   * For how long, in milliseconds, everything that came is still there. Only of ports whose system makes room by dropping
   * what is old: what it dropped was not never sent. @throws PortUnavailable
   */
  completeForMs?(): Promise<number>;
  /** Proves that the port works, for the readiness checks. @throws PortUnavailable */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** The side we look from is broken, so nothing is known about the target. */
export class PortUnavailable extends Unavailable {
  override readonly name = 'PortUnavailable';
  readonly port: PortName;
  constructor(port: PortName, message: string, remedy?: string, options?: ErrorOptions) {
    super(`${port}: ${message}`, remedy, options);
    this.port = port;
  }
}
