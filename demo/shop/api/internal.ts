import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ShopParts } from '../parts.ts';
import { ShopError } from '../shop-error.ts';
import { bearerToken } from './bearer.ts';

/** Only addresses of this form may be removed: a leaked token must not cost a real customer. */
const SYNTHETIC = /^gl-/;

/** Routes for operators, guarded by a token. */
export function internalRoutes(app: FastifyInstance, parts: ShopParts): void {
  app.delete('/internal/test-data/customers/:email', async (request, reply) => {
    requireInternalToken(request, parts.internalToken);
    const { email } = z.object({ email: z.string() }).parse(request.params);
    if (!SYNTHETIC.test(email)) {
      throw new ShopError(403, 'not_synthetic', 'Only addresses that start with gl- may be removed.');
    }
    if (!(await parts.store.removeCustomer(email))) {
      throw new ShopError(404, 'no_such_customer', 'There is no such customer.');
    }
    return reply.code(204).send();
  });
}

/** @throws ShopError 401. Hashes first, so that the comparison takes as long for every wrong token. */
export function requireInternalToken(request: FastifyRequest, wanted: string): void {
  const digest = (token: string): Buffer => createHash('sha256').update(token).digest();
  if (timingSafeEqual(digest(bearerToken(request) ?? ''), digest(wanted))) return;
  throw new ShopError(401, 'not_allowed', 'This needs the internal token.');
}
