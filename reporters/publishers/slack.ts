import type { Publisher } from '../../contract/ports/publisher.ts';
import type { Post } from '../../host/post.ts';
import { renderSlack } from '../renderers/messages/slack.ts';
import { secureUrl, type WayToTell } from './way-to-tell.ts';

/** Tells a channel of Slack. The address of an incoming webhook is a secret by itself. */
function createSlackPublisher(url: string, post: Post): Publisher {
  return {
    name: 'slack',
    publish: (_verdict, files) => post({ url, headers: {}, body: files['slack'] ?? '' }),
  };
}

export const slack: WayToTell = {
  needed: { GREENLIGHT_SLACK_URL: secureUrl },
  optional: {},
  secrets: ['GREENLIGHT_SLACK_URL'],
  told: { settings: '`GREENLIGHT_SLACK_URL` (an incoming webhook)', does: 'decision, reasons and link' },
  deliver: (verdict, { env, report, post }) => ({
    publisher: createSlackPublisher(env['GREENLIGHT_SLACK_URL'] ?? '', post),
    files: { slack: renderSlack(verdict, report) },
  }),
};
