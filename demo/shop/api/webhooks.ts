import type { FastifyInstance } from 'fastify';
import type { ShopParts } from '../parts.ts';
import { ShopError } from '../shop-error.ts';

/**
 * The payment provider's deliveries. Registered in a scope of its own: the signature covers the exact bytes, so this
 * route alone must see them before anything parses them.
 */
export function webhookRoutes(scope: FastifyInstance, parts: ShopParts): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  scope.post('/webhooks/stripe', async (request) => {
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const signature = request.headers['stripe-signature'];
    const event = readEvent(parts, raw, typeof signature === 'string' ? signature : undefined);
    if (event.type !== 'payment_intent.succeeded') return { received: true, effect: 'none' };
    const orderId = event.data.object.metadata['order'] ?? '';
    return { received: true, effect: await parts.store.applyPaymentEvent({ id: event.id, orderId }) };
  });
}

function readEvent(parts: ShopParts, raw: Buffer, signature: string | undefined) {
  try {
    return parts.payments.readEvent(raw, signature);
  } catch (cause) {
    throw new ShopError(400, 'bad_signature', 'This is not a delivery of the payment provider.', { cause });
  }
}
