import { z } from 'zod';
import { endpoint, headers, probeKind, probeSchema } from './probe-kind.ts';

const ZodSchema = z.custom<z.ZodType>(
  (value) => typeof value === 'object' && value !== null && 'safeParse' in value,
  'must be a zod schema',
);

const Witness = z.strictObject({ path: z.string().startsWith('/'), status: z.number().int().default(200) });

/** The health document has the shape, and what it claims is true: each witness works while it says so. */
export const health = probeKind({
  schema: probeSchema('health', {
    ...endpoint,
    path: z.string().startsWith('/').describe('where the health document is'),
    schema: ZodSchema.describe('a zod schema: the shape that the document has when all is well'),
    ...headers,
    witnesses: z
      .array(Witness)
      .default([])
      .describe('paths that must work while the document says that all is well'),
    /** It may be data of customers; by default only its shape is shown. */
    showValues: z.boolean().default(false).describe('shows what the document says, and not only its shape'),
  }),
  project: 'readiness',
  shows: 'The health document has the shape, and every witness confirms what it claims.',
  fails:
    'The document has another shape or does not come, or it claims to be well and a witness does not work.',
  unknown: 'Our own network is down, or the rate is limited for too long.',
  example: {
    kind: 'health',
    id: 'health-tells-the-truth',
    title: 'Health says what is so',
    path: '/health',
    schema: z.object({ status: z.literal('ok') }),
    witnesses: [{ path: '/api/products' }],
  },
});
