import { createHmac, randomUUID } from 'node:crypto';
import type { WebhookSigner } from '../../../contract/ports/webhooks.ts';

/**
 * Signs as Standard Webhooks says: headers webhook-id, webhook-timestamp and webhook-signature, the last one
 * `v1,<base64 HMAC-SHA256 of "id.timestamp.body">`. The key is the base64 text behind `whsec_`.
 */
export const standardWebhooksSigner: WebhookSigner = {
  async sign(payload, secret, timestamp) {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const id = `msg_${randomUUID().replaceAll('-', '')}`;
    const signature = createHmac('sha256', key)
      .update(`${id}.${timestamp}.${payload}`, 'utf8')
      .digest('base64');
    return {
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': `v1,${signature}`,
    };
  },
};
