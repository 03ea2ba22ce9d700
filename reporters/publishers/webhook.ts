import { createHmac } from 'node:crypto';
import type { Publisher } from '../../contract/ports/publisher.ts';
import type { Post } from '../../host/post.ts';
import { renderWebhookEvent } from '../renderers/messages/webhook-event.ts';
import { secureUrl, type WayToTell } from './way-to-tell.ts';

/**
 * Sends the verdict to an address of yours, signed as Standard Webhooks has it.
 * @param secrets `whsec_<base64>`; while one is rotated, the old and the new
 */
function createWebhookPublisher(url: string, secrets: readonly string[], post: Post): Publisher {
  return {
    name: 'webhook',
    publish(verdict, files) {
      const body = files['webhook'] ?? '';
      // The same for every attempt: the receiver can tell a repetition from a second verdict.
      const id = files['webhook-id'] ?? `msg_${verdict.run.id}`;
      const timestamp = Math.floor(Date.now() / 1000);
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': secrets.map((secret) => signature(secret, id, timestamp, body)).join(' '),
      };
      return post({ url, headers, body });
    },
  };
}

/**
 * One signature of Standard Webhooks: `v1,<base64 of the HMAC-SHA256 over id.timestamp.body>`.
 * @param timestamp seconds since 1970
 */
export function signature(secret: string, id: string, timestamp: number, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
}

/** Whether a text is a secret of Standard Webhooks: `whsec_` and base64 of 24 to 64 bytes. */
export function isWebhookSecret(text: string): boolean {
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  if (encoded === undefined) return false;
  const { length } = Buffer.from(encoded, 'base64');
  return length >= 24 && length <= 64;
}

export const webhook: WayToTell = {
  needed: {
    GREENLIGHT_WEBHOOK_URL: secureUrl,
    GREENLIGHT_WEBHOOK_SECRET: (value) =>
      value.trim().split(/\s+/).every(isWebhookSecret)
        ? undefined
        : 'is not whsec_ and base64 of 24 to 64 bytes',
  },
  optional: {},
  secrets: ['GREENLIGHT_WEBHOOK_URL', 'GREENLIGHT_WEBHOOK_SECRET'],
  told: {
    settings: '`GREENLIGHT_WEBHOOK_URL`, `GREENLIGHT_WEBHOOK_SECRET` (`whsec_...`, or several)',
    does: 'POSTs the decision, signed as Standard Webhooks has it',
  },
  deliver: (verdict, { env, report, post }) => ({
    publisher: createWebhookPublisher(
      env['GREENLIGHT_WEBHOOK_URL'] ?? '',
      (env['GREENLIGHT_WEBHOOK_SECRET'] ?? '').split(/\s+/).filter((secret) => secret !== ''),
      post,
    ),
    files: { webhook: renderWebhookEvent(verdict, report) },
  }),
};
