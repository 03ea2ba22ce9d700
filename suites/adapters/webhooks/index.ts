import type { ObservePort } from '../../../contract/ports/observe.ts';
import type { WebhookSigner } from '../../../contract/ports/webhooks.ts';
import type { Probe } from '../../../contract/plan/probe.ts';
import type { PaymentsSource } from '../../../contract/plan/target.ts';
import { standardWebhooksSigner } from './standard-webhooks.ts';
import { stripeDeliveries } from './stripe-deliveries.ts';
import { stripeSigner } from './stripe.ts';

type Scheme = Extract<Probe, { kind: 'webhook' }>['scheme'];

/** How the deliveries of a webhook probe are signed, by the name in the plan. */
export const webhookSigners = {
  stripe: stripeSigner,
  'standard-webhooks': standardWebhooksSigner,
} satisfies Record<Scheme, WebhookSigner>;

const deliveries = {
  stripe: stripeDeliveries,
} satisfies Record<PaymentsSource['adapter'], (source: PaymentsSource) => ObservePort<'webhooks'>>;

/** How the provider of a plan sees its own webhook deliveries. Nothing is connected before the first look. */
export function openDeliveries(source: PaymentsSource): ObservePort<'webhooks'> {
  return deliveries[source.adapter](source);
}
