import { z } from 'zod';
import { addressProblems, logInProblems } from '../both-sides-problems.ts';
import { Headers } from '../headers.ts';
import { endpoint, probeKind, probeSchema } from './probe-kind.ts';
import { isHarmless, LogIn, MAY_CHANGE_DATA, twinRequest } from './twin-request.ts';

/** A request whose answers are compared. */
export const ParityRequest = z
  .strictObject({
    ...twinRequest,
    /** What old is known to answer, where that is not success: else both refusing it proves nothing. */
    status: z.number().int().min(200).max(499).optional(),
  })
  .refine(isHarmless, MAY_CHANGE_DATA);
export type ParityRequest = z.infer<typeof ParityRequest>;

/** Response headers that clients, caches and browsers act on. */
const COMPARED_HEADERS = [
  'content-type',
  'location',
  'cache-control',
  'content-disposition',
  'www-authenticate',
  'access-control-allow-origin',
  'strict-transport-security',
  'content-security-policy',
  'x-content-type-options',
  'x-frame-options',
  'referrer-policy',
];

const Ignored = z.strictObject({
  /** Where the field is; `*` stands for every index of a list. */
  path: z
    .string()
    .regex(/^\$(\.[^.[\]]+|\[\*\])*$/, 'is written like $.items[*].price; * stands for every index'),
  /** Why it may differ; shown in every report. */
  because: z.string().min(1),
});

/** New answers as old does: status, headers on a list, and every field of the body. Needs `target.old.urls`. */
export const parity = probeKind({
  schema: probeSchema('parity', {
    ...endpoint,
    /** What both systems are asked. */
    requests: z.array(ParityRequest).min(1).max(500),
    /** Sent with every request. */
    headers: Headers.default({}),
    /** Where old wants others than new; default: the same. */
    oldHeaders: Headers.optional(),
    /** Who asks, where headers that are known beforehand cannot say it. */
    logIn: LogIn.optional(),
    /** Which response headers are compared; of `set-cookie` only the names of the cookies. */
    compareHeaders: z.array(z.string().toLowerCase()).default(COMPARED_HEADERS),
    /** Fields that may differ, such as `$.items[*].updatedAt`, each with the reason; `$`: the body. */
    ignore: z.array(Ignored).default([]),
    /** How often each is asked at least; up to ten times where differences might be chance. */
    rounds: z.number().int().min(1).max(20).default(2),
    /** Shows the values that differ, and not only their kind. They may be data of customers; by default only their kind is shown. */
    showValues: z.boolean().default(false),
  }),
  project: 'suites',
  shows: 'New answers as old does: status, headers on a list, and every field of the body.',
  fails: 'A status, a header or a field differs more often than old differs from itself.',
  unknown:
    'Old gives no answer, an unsteady one or an error, or too little of the body is steady to be compared.',
  example: {
    kind: 'parity',
    id: 'catalogue-as-before',
    title: 'The catalogue is what it was',
    requests: [{ path: '/api/products' }],
    ignore: [{ path: '$.servedAt', because: 'the moment of the answer' }],
  },
  problems: ({ endpoint: name, logIn }, plan, path) => [
    ...addressProblems(plan, [name]),
    ...logInProblems(plan, logIn, `${path}.logIn`),
  ],
});
