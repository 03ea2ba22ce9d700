import { z } from 'zod';
import { endpoint, headers, probeKind, probeSchema } from './probe-kind.ts';
import { ZodSchema } from './zod-schema.ts';

/** Each path answers with the status and, where a schema is given, with a body of its shape. */
export const endpoints = probeKind({
  schema: probeSchema('endpoints', {
    ...endpoint,
    /** Each is asked with GET. */
    paths: z.array(z.string().startsWith('/')).min(1),
    ...headers,
    /** What each must answer. */
    status: z.number().int().default(200),
    /** A zod schema: the shape of the body of every path. */
    schema: ZodSchema.optional(),
    /** Shows the values that do not fit the schema. They may be data of customers; by default only their shape is shown. */
    showValues: z.boolean().optional(),
  }),
  project: 'readiness',
  shows: 'Each path answers with the status; a redirect within the site is followed.',
  fails:
    'A path answers with another status, with a body that cannot be decoded or has another shape than the schema, or not within the budget.',
  unknown:
    'Our own network is down, the rate is limited for too long, or the address is that of a third party.',
  example: { kind: 'endpoints', id: 'pages-answer', title: 'The main pages answer', paths: ['/', '/cart'] },
});
