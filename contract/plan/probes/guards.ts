import { z } from 'zod';
import { addressProblems, logInProblems } from '../both-sides-problems.ts';
import { Headers } from '../headers.ts';
import { endpoint, probeKind, probeSchema } from './probe-kind.ts';
import { LogIn, TwinRequest } from './twin-request.ts';

/** Who asks. Without headers and log-in: somebody who is not logged in. */
export const Identity = z.strictObject({
  /** How reports call it, such as `customer`. */
  name: z.string().min(1),
  /** Sent with every request of this identity. */
  headers: Headers.default({}),
  /** Where old wants others than new; default: the same. */
  oldHeaders: Headers.optional(),
  logIn: LogIn.optional(),
});
export type Identity = z.infer<typeof Identity>;

/** Whether an identity is that of somebody who is not logged in. */
export function isNobody({ headers, logIn }: Identity): boolean {
  return Object.keys(headers).length === 0 && logIn === undefined;
}

/** Whom the routes let in: for every identity new answers in the same class of status as old. */
export const guards = probeKind({
  schema: probeSchema('guards', {
    ...endpoint,
    /** Each is asked as every identity, on both systems. */
    routes: z.array(TwinRequest).min(1).max(500),
    /** Who asks; one of them without headers and log-in. */
    identities: z
      .array(Identity)
      .min(2)
      .refine((all) => all.some(isNobody), {
        message: 'needs one without headers and log-in: guards exist for those who are not logged in',
      })
      .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
        message: 'needs a different name for each',
      }),
  }),
  project: 'suites',
  shows: 'For every identity, every route answers in the same class of status as on old.',
  fails: 'A route lets in whom old refuses, or refuses whom old lets in.',
  unknown: 'Old gives no answer, or treats an identity everywhere like somebody who is not logged in.',
  example: {
    kind: 'guards',
    id: 'routes-are-guarded',
    title: 'Nobody sees the orders of others',
    routes: [{ path: '/api/orders' }],
    identities: [
      { name: 'nobody' },
      { name: 'customer', headers: { authorization: { secret: 'CUSTOMER_TOKEN' } } },
    ],
  },
  problems: ({ endpoint: name, identities }, plan, path) => [
    ...addressProblems(plan, [name]),
    ...identities.flatMap(({ logIn }, at) => logInProblems(plan, logIn, `${path}.identities[${at}].logIn`)),
  ],
});
