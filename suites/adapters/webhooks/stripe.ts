import { createHmac } from 'node:crypto';
import type { WebhookSigner } from '../../../contract/ports/webhooks.ts';

/** Signs as Stripe does: `Stripe-Signature: t=<seconds>,v1=<hex HMAC-SHA256 of "t.body">`. */
export const stripeSigner: WebhookSigner = {
  async sign(payload, secret, timestamp) {
    const signature = createHmac('sha256', secret).update(`${timestamp}.${payload}`, 'utf8').digest('hex');
    return { 'stripe-signature': `t=${timestamp},v1=${signature}` };
  },
};
