import type { ObservePort } from '../../../contract/ports/observe.ts';
import type { WebhookDelivery } from '../../../contract/ports/webhooks.ts';
import type { PaymentsSource } from '../../../contract/plan/target.ts';
import { lazyStripe, stripeUnavailable } from '../payments/stripe-client.ts';

const SEARCH_SECONDS = 3600;
const SEARCH_MOST = 1000;

/**
 * How the deliveries of Stripe's events stand, as Stripe sees it: `pending_webhooks` counts the endpoints that have
 * not yet answered 2xx. No application can fake that.
 */
export function stripeDeliveries(source: PaymentsSource): ObservePort<'webhooks'> {
  const client = lazyStripe('webhooks', source);
  return {
    async find(query) {
      try {
        const stripe = await client();
        const since = Math.floor(Date.now() / 1000) - SEARCH_SECONDS;
        const found: WebhookDelivery[] = [];
        let seen = 0;
        for await (const event of stripe.events.list({
          type: query.type,
          limit: 100,
          created: { gte: since },
        })) {
          if ((event.data.object as { id?: unknown }).id === query.objectId) {
            found.push({
              eventId: event.id,
              type: event.type,
              pending: event.pending_webhooks,
              createdAt: new Date(event.created * 1000).toISOString(),
            });
          }
          if ((seen += 1) >= SEARCH_MOST) break;
        }
        return found.length > 0 ? found : null;
      } catch (error) {
        throw stripeUnavailable('webhooks', error);
      }
    },
    async ready() {
      try {
        await (await client()).events.list({ limit: 1 });
      } catch (error) {
        throw stripeUnavailable('webhooks', error);
      }
    },
    close: async () => {},
  };
}
