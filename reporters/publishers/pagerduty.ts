import type { Publisher } from '../../contract/ports/publisher.ts';
import type { Post } from '../../host/post.ts';

/** Sends an event to PagerDuty. The routing key travels in the body, so it is added last. */
export function createPagerdutyPublisher(url: string, routingKey: string, post: Post): Publisher {
  return {
    name: 'pagerduty',
    publish(_verdict, files) {
      const event = JSON.parse(files['pagerduty'] ?? '{}') as Record<string, unknown>;
      return post({ url, headers: {}, body: JSON.stringify({ routing_key: routingKey, ...event }) });
    },
  };
}
