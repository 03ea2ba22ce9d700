import { z } from 'zod';
import { endpoint, headers, probeKind, probeSchema } from './probe-kind.ts';
import { ZodSchema } from './zod-schema.ts';

const Witness = z.strictObject({
  /** What must work while the health document says that all is well. */
  path: z.string().startsWith('/'),
  /** The status that it must answer with. */
  status: z.number().int().default(200),
});

/** The health document has the shape, and what it claims is true: each witness works while it says so. */
export const health = probeKind({
  schema: probeSchema('health', {
    ...endpoint,
    /** Where the health document is. */
    path: z.string().startsWith('/'),
    /** A zod schema: the shape that the document has when all is well. */
    schema: ZodSchema,
    ...headers,
    /** Paths that must work while the document says that all is well. */
    witnesses: z.array(Witness).default([]),
    /** Shows what the document says, and not only its shape. It may be data of customers; by default only its shape is shown. */
    showValues: z.boolean().default(false),
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
