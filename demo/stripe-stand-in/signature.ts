import { createHmac } from 'node:crypto';

/** The value of `Stripe-Signature`: scheme v1, HMAC-SHA256 over `<timestamp>.<body>`. */
export function signatureHeader(body: string, secret: string, timestamp: number): string {
  const digest = createHmac('sha256', secret).update(`${timestamp}.${body}`, 'utf8').digest('hex');
  return `t=${timestamp},v1=${digest}`;
}
