import { z } from 'zod';
import type { ShopParts } from './parts.ts';
import { ShopError } from './shop-error.ts';

/** Turns whatever was thrown into an answer; what the customer can't help is logged. */
export function asRefusal(error: unknown, parts: ShopParts): ShopError {
  if (error instanceof ShopError) {
    if (error.status >= 500) parts.log(error.code, error.cause ?? error);
    return error;
  }
  if (error instanceof z.ZodError) {
    const fields = error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
    return new ShopError(400, 'invalid', fields.join('; '));
  }
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status >= 400 && status < 500) return new ShopError(status, 'invalid', (error as Error).message);
  parts.log('a request failed', error);
  return new ShopError(500, 'internal', 'Something went wrong on our side.');
}
