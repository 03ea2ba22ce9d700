import { z } from 'zod';
import { CheckId } from './check-id.ts';
import { Phase } from './outcome.ts';
import { SecretString } from './secret.ts';

const common = {
  id: CheckId,
  title: z.string().min(1),
  phases: z.array(Phase).min(1).default(['post-cutover']),
  endpoint: z.string().default('app'),
  budgetMs: z.number().int().positive().max(120_000).default(5000),
};

const ZodSchema = z.custom<z.ZodType>(
  (value) => typeof value === 'object' && value !== null && 'safeParse' in value,
  'must be a zod schema',
);

const Witness = z.strictObject({ path: z.string().startsWith('/'), status: z.number().int().default(200) });

/** A small check of one address, as data. */
export const Probe = z.discriminatedUnion('kind', [
  /** Each path answers with the status. */
  z.strictObject({
    ...common,
    kind: z.literal('endpoints'),
    paths: z.array(z.string().startsWith('/')).min(1),
    status: z.number().int().default(200),
  }),
  /** The health document has the shape, and what it claims is true: each witness works while it says so. */
  z.strictObject({
    ...common,
    kind: z.literal('health'),
    path: z.string().startsWith('/'),
    schema: ZodSchema,
    witnesses: z.array(Witness).default([]),
  }),
  /** The webhook receiver refuses what it must refuse. Sends deliveries that change nothing when they are refused. */
  z.strictObject({
    ...common,
    kind: z.literal('webhook'),
    path: z.string().startsWith('/'),
    scheme: z.enum(['stripe', 'standard-webhooks']),
    secret: SecretString,
    /** Which deliveries to send. */
    deliveries: z
      .array(z.enum(['valid', 'wrong-secret', 'unsigned', 'stale', 'tampered']))
      .min(1)
      .default(['wrong-secret', 'unsigned', 'stale', 'tampered']),
    /** The body of the event; must be harmless even if it is accepted. */
    payload: z.record(z.string(), z.unknown()),
  }),
]);
export type Probe = z.infer<typeof Probe>;
export type ProbeInput = z.input<typeof Probe>;
