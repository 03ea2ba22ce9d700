import { createHash } from 'node:crypto';
import type { Channel } from '../../contract/notify/channel.ts';
import type { Notice } from '../../contract/notify/notice.ts';
import { flat } from '../../reporters/renderers/flat.ts';
import { isWebhookSecret, signature } from '../../reporters/publishers/webhook.ts';
import { GreenlightError } from '../../contract/errors.ts';
import type { ChannelKind } from '../channel-kind.ts';
import { readAddress } from '../read-address.ts';

const MOST_TEXT = 2000;

export const webhook: ChannelKind<Extract<Channel, { adapter: 'webhook' }>> = {
  open(channel, tools) {
    const url = readAddress('webhook', channel.url, tools);
    const secrets = tools.read(channel.secret).trim().split(/\s+/);
    if (!secrets.every(isWebhookSecret))
      throw new GreenlightError(
        'VARIABLE_REFUSED',
        `${channel.secret.secret} is not whsec_ and base64 of 24 to 64 bytes`,
      );
    return {
      send: (notice) => {
        const body = renderWebhookNotice(notice);
        // The same for every attempt: the receiver can tell a repetition from news.
        const id = `msg_${createHash('sha256').update(notice.key).digest('hex').slice(0, 32)}`;
        const timestamp = Math.floor(tools.now().getTime() / 1000);
        const headers = {
          'webhook-id': id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': secrets.map((secret) => signature(secret, id, timestamp, body)).join(' '),
        };
        return tools.post({ url, headers, body });
      },
    };
  },
};

/** Body of the signed webhook, as Standard Webhooks shapes it: type, time, data. */
export function renderWebhookNotice({ what, at, ...notice }: Notice): string {
  return JSON.stringify({
    type: `greenlight.incident.${what}`,
    timestamp: at,
    data: {
      ...notice,
      headline: flat(notice.headline, MOST_TEXT),
      summary: flat(notice.summary, MOST_TEXT),
      facts: Object.fromEntries(notice.facts.map(({ name, value }) => [name, flat(value, MOST_TEXT)])),
      runbook: notice.runbook ?? null,
      report: notice.report ?? null,
    },
  });
}
