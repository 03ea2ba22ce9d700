import type { WebhookSinkSource } from '../../../contract/plan/target.ts';
import type { ObservePort } from '../../../contract/ports/observe.ts';
import { greenlightSinkWebhooks } from './greenlight-sink.ts';

/** A new adapter is one file and one line here; the compiler asks for the line. */
const webhookSinks = {
  'greenlight-sink': greenlightSinkWebhooks,
} satisfies Record<WebhookSinkSource['adapter'], (source: WebhookSinkSource) => ObservePort<'webhookSink'>>;

/** Where the plan's target sends its webhooks. Nothing is connected before the first look. */
export function openWebhookSink(source: WebhookSinkSource): ObservePort<'webhookSink'> {
  return webhookSinks[source.adapter](source);
}
