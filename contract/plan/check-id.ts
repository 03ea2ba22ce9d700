import { z } from 'zod';

/** A check id is a statement in kebab case: `orders-preserved`, `reset-mail-arrives`. */
export const CheckId = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be a statement in kebab-case, such as orders-preserved')
  .max(80);
export type CheckId = z.infer<typeof CheckId>;

/** The Playwright annotation type that ties a test to its check id. */
export const CHECK_ANNOTATION = 'greenlight:check';
