import { z } from 'zod';

/** A zod schema as a value of a plan. */
export const ZodSchema = z.custom<z.ZodType>(
  (value) => typeof value === 'object' && value !== null && 'safeParse' in value,
  'must be a zod schema',
);
