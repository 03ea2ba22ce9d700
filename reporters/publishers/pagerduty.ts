import type { Publisher } from '../../contract/ports/publisher.ts';
import type { Post } from '../../host/post.ts';
import { renderPagerduty } from '../renderers/messages/pagerduty.ts';
import { anything, secureUrl, type WayToTell } from './way-to-tell.ts';

/** Sends an event to PagerDuty. The routing key travels in the body, so it is added last. */
function createPagerdutyPublisher(url: string, routingKey: string, post: Post): Publisher {
  return {
    name: 'pagerduty',
    publish(_verdict, files) {
      const event = JSON.parse(files['pagerduty'] ?? '{}') as Record<string, unknown>;
      return post({ url, headers: {}, body: JSON.stringify({ routing_key: routingKey, ...event }) });
    },
  };
}

export const pagerduty: WayToTell = {
  needed: { GREENLIGHT_PAGERDUTY_ROUTING_KEY: anything },
  optional: { GREENLIGHT_PAGERDUTY_URL: secureUrl },
  secrets: ['GREENLIGHT_PAGERDUTY_ROUTING_KEY'],
  told: {
    settings: '`GREENLIGHT_PAGERDUTY_ROUTING_KEY`',
    does: 'NO_GO and INCONCLUSIVE trigger an event, the next GO resolves it',
  },
  deliver: (verdict, { env, report, post }) => ({
    publisher: createPagerdutyPublisher(
      env['GREENLIGHT_PAGERDUTY_URL'] || 'https://events.pagerduty.com/v2/enqueue',
      env['GREENLIGHT_PAGERDUTY_ROUTING_KEY'] ?? '',
      post,
    ),
    files: { pagerduty: renderPagerduty(verdict, report) },
  }),
};
