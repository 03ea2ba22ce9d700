import { z } from 'zod';
import type { Problem } from '../../errors.ts';
import { endpointProblems } from '../host-problems.ts';
import { endpoint, headers, probeKind, probeSchema } from './probe-kind.ts';
import { isHarmless, twinRequest } from './twin-request.ts';

const Off = z.literal(false);

/** The target limits the rate of requests, says for how long, and takes requests again. It needs `allow.rateLimit`. */
export const rateLimit = probeKind({
  schema: probeSchema('rate-limit', {
    ...endpoint,
    ...twinRequest,
    ...headers,
    /** So many requests at most: they end as soon as one is refused. */
    requests: z.number().int().min(2).max(200).default(10),
    /** How many of them are under way at the same time; the first one goes alone. */
    atOnce: z.number().int().min(1).max(20).default(5),
    /** They must have been answered by then, in milliseconds: slower ones are no quick requests, and show nothing. */
    withinMs: z.number().int().positive().max(120_000).default(10_000),
    /** The status with which the limit refuses; nginx takes 503 unless it is told otherwise. */
    refusesWith: z.union([z.literal(429), z.literal(503)]).default(429),
    /** What `retry-after` must say; `false`: it may be missing. */
    retryAfter: z
      .union([
        Off,
        z.strictObject({
          /** The longest time that it may name, in seconds. */
          atMost: z.number().int().positive().default(3600),
        }),
      ])
      .prefault({}),
    /** Also shows that a request is taken again after that time; `false`: that is not waited for. */
    recovery: z
      .union([
        Off,
        z.strictObject({
          /** For how long to wait at most, in milliseconds. */
          withinMs: z.number().int().positive().max(600_000).default(90_000),
        }),
      ])
      .prefault({}),
  }),
  // After all flows, service levels and load: they would meet the limit that is used up here.
  project: 'load',
  shows:
    'Some of a few quick requests are refused with 429 and a valid Retry-After, and then one is taken again.',
  fails:
    'None of them is refused, one is without Retry-After or with one that is invalid, in the past or too far away, none is taken again after waiting three times as told, or the target breaks instead.',
  unknown:
    'Others or we had used the limit up before and waiting did not help, one is taken again only at the second or third time or there was time for fewer, a protection service answered in place of the target, the requests were too slow, the path is not there, the time to wait is longer than the budget, or our own network is down.',
  example: {
    kind: 'rate-limit',
    id: 'rate-is-limited',
    title: 'Ten quick requests bring some 429 with Retry-After',
    path: '/api/products',
    requests: 10,
  },
  problems: (probe, plan, path): Problem[] => [
    ...endpointProblems(plan, 'rateLimit', probe.endpoint, `${path}.endpoint`, 'its rate limit is tried'),
    ...(isHarmless(probe)
      ? []
      : [
          {
            path: `${path}.harmlessBecause`,
            value: probe.method,
            problem: 'such a request may change data',
            remedy: 'ask with GET, or say why it is harmless, such as "a log-in with a wrong password"',
          },
        ]),
  ],
});
