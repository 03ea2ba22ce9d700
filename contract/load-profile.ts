import { z } from 'zod';
import { CheckId } from './check-id.ts';
import { Phase } from './outcome.ts';

/** Limits that a load profile must hold. At least one latency or error limit is needed: else it could not fail. */
export const LoadThresholds = z
  .strictObject({
    p50Ms: z.number().positive().optional(),
    p95Ms: z.number().positive().optional(),
    p99Ms: z.number().positive().optional(),
    /** Share of requests that may fail, 0 to 1. */
    errorRate: z.number().min(0).max(1).optional(),
    /** Requests per second that must be reached. */
    minimumRate: z.number().positive().optional(),
  })
  .refine((limits) => Object.values(limits).some((limit) => limit !== undefined), {
    message: 'name at least one threshold: a profile without limits could not fail',
  });

export type LoadThresholds = z.infer<typeof LoadThresholds>;

const Request = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  path: z.string().startsWith('/'),
  endpoint: z.string().default('app'),
});

/** A load profile: what is sent, by which engine, how much of it, and what must hold. */
export const LoadProfile = z
  .strictObject({
    id: CheckId,
    title: z.string().min(1),
    phases: z.array(Phase).min(1).default(['post-cutover']),
    engine: z.enum(['autocannon', 'k6']),
    /** `true`: where the engine's program is not found the check is not applicable instead of unknown. */
    optional: z.boolean().default(false),
    /** Id of a flow of requests, or plain requests; exactly one of the two. */
    flow: z.string().optional(),
    requests: z.array(Request).min(1).optional(),
    connections: z.number().int().min(1).max(1000).default(10),
    /** Arrivals per second (open model). Only k6 can keep it. */
    rate: z.number().positive().max(100_000).optional(),
    durationS: z
      .number()
      .positive()
      .max(24 * 3600)
      .default(10),
    warmupS: z.number().nonnegative().max(600).default(1),
    timeoutMs: z.number().int().positive().max(120_000).default(10_000),
    /** Below this many finished requests the result is unknown. */
    minimumRequests: z.number().int().min(1).default(100),
    thresholds: LoadThresholds,
  })
  .refine((profile) => (profile.flow === undefined) !== (profile.requests === undefined), {
    message: 'give either "flow" (the id of a flow) or "requests", not both and not neither',
  })
  .refine((profile) => profile.rate === undefined || profile.engine === 'k6', {
    message: 'an arrival rate needs engine "k6": autocannon cannot keep one',
    path: ['rate'],
  });
export type LoadProfile = z.infer<typeof LoadProfile>;
