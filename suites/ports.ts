import { type ObservePort, type PortName, PortUnavailable } from '../contract/ports/observe.ts';
import type { Plan } from '../contract/plan/plan.ts';
import { openMailbox } from './adapters/mailbox/index.ts';
import { openPayments, type PaymentsPort } from './adapters/payments/index.ts';
import { openRecords } from './adapters/records/index.ts';
import { openWebhookSink } from './adapters/webhook-sink/index.ts';
import { openDeliveries } from './adapters/webhooks/index.ts';

/** The sides from which a target can be observed. Each adapter is made when it is first asked for. */
export interface Ports {
  /** @throws PortUnavailable when the target has no such port, GreenlightError when its secret is not set */
  port<P extends PortName>(name: P): ObservePort<P>;
  payments(): PaymentsPort;
  /** Closes what was opened. Errors of closing are dropped: they change nothing about what was seen. */
  close(): Promise<void>;
}

/** Opens the adapters that the plan names for its target. */
export function openPorts(target: Plan['target']): Ports {
  const opened = new Map<PortName, ObservePort<PortName>>();
  const none = (name: PortName, key: string): PortUnavailable =>
    new PortUnavailable(name, 'the target has none', `add ${key} to the plan`);
  const payments = (): PaymentsPort => {
    if (!target.payments) throw none('payments', 'target.payments');
    return openPayments(target.payments);
  };
  const open: { readonly [P in PortName]: () => ObservePort<P> } = {
    mailbox: () => {
      if (!target.mailbox) throw none('mailbox', 'target.mailbox');
      return openMailbox(target.mailbox);
    },
    records: () => {
      if (!target.records && !target.old?.records) throw none('records', 'target.records');
      return openRecords({ old: target.old?.records, new: target.records });
    },
    payments,
    webhooks: () => {
      if (!target.payments) throw none('webhooks', 'target.payments');
      return openDeliveries(target.payments);
    },
    webhookSink: () => {
      if (!target.webhookSink) throw none('webhookSink', 'target.webhookSink');
      return openWebhookSink(target.webhookSink);
    },
  };
  const port = <P extends PortName>(name: P): ObservePort<P> => {
    const before = opened.get(name);
    // The map holds under each name what `open` made for that name; its type cannot say so.
    if (before) return before as unknown as ObservePort<P>;
    const fresh = open[name]();
    opened.set(name, fresh);
    return fresh;
  };
  return {
    port,
    payments: () => port('payments') as PaymentsPort,
    close: async () => {
      await Promise.allSettled([...opened.values()].map((one) => one.close()));
    },
  };
}
