import { z } from 'zod';
import type { Problem } from '../../errors.ts';
import { addressIn } from '../addresses.ts';
import { endpoint, headers, probeKind, probeSchema } from './probe-kind.ts';

/** Where an answer says something of itself; exactly one of them. */
const marker = {
  /** A header of the answer, such as `x-served-by`. */
  header: z.string().min(1).toLowerCase().optional(),
  /** A JSON pointer into its body, such as `/host` (RFC 6901). */
  pointer: z.string().startsWith('/').optional(),
  /** A cookie that it sets, such as the one by which a load balancer finds the same node again. */
  cookie: z.string().min(1).optional(),
};

const ONE = {
  message: 'needs exactly one of header, pointer and cookie',
};

function isOne(one: {
  readonly header?: string | undefined;
  readonly pointer?: string | undefined;
  readonly cookie?: string | undefined;
}): boolean {
  return [one.header, one.pointer, one.cookie].filter((key) => key !== undefined).length === 1;
}

const Marker = z.strictObject(marker).refine(isOne, ONE);
export type Marker = z.infer<typeof Marker>;

/** Every node behind an address is well and runs the same release: each is asked over connections of its own. */
export const backends = probeKind({
  schema: probeSchema('backends', {
    ...endpoint,
    /** Asked by GET, each time over a new connection. */
    path: z.string().startsWith('/').default('/'),
    ...headers,
    /** What a node that is well answers. */
    status: z.number().int().default(200),
    /** Which node answered. */
    by: Marker,
    /** Which release it runs; default: not looked at. */
    release: z
      .strictObject({
        ...marker,
        /** The release that all must run; default: the one that the run is about (`--release`), or the same on all. */
        is: z.string().min(1).optional(),
      })
      .refine(isOne, ONE)
      .optional(),
    /** How many nodes there are. With fewer of them something is wrong, and it says how many answers are enough. */
    nodes: z.number().int().min(1).max(100),
    /** How many answers to wait for; default: enough to see every one of so many equal nodes with 99 %. */
    connections: z.number().int().min(1).max(2000).optional(),
    /**
     * The balancer gives the connections of one client to different nodes. Where it keeps a client at one node (by its
     * address), say `false`: then that only one is seen is unknown, and fails nothing.
     */
    spreads: z.boolean().default(true),
    /** IP addresses that are asked in turn; default: all that the name of the endpoint resolves to. */
    addresses: z
      .array(z.union([z.ipv4(), z.ipv6()]))
      .min(1)
      .optional(),
  }),
  project: 'suites',
  shows:
    'So many answers came, over new connections, that every node was seen with 99 %; all are well, and of one release.',
  fails:
    'A node answers wrongly or not at all, runs another release, or fewer nodes than planned are seen by far more answers than are needed.',
  unknown:
    'Too few answers to have seen every node, answers do not say who gave them, a balancer that keeps us at one node, all answers are redirects or let nobody in (401, 403), a limited rate, or our own network is down.',
  example: {
    kind: 'backends',
    id: 'every-node-is-well',
    title: 'All four nodes are well and run the new release',
    path: '/health',
    by: { header: 'x-served-by' },
    release: { pointer: '/version' },
    nodes: 4,
  },
  problems: ({ endpoint: name }, plan, path): Problem[] =>
    addressIn(plan, name) === undefined
      ? [
          {
            path: `${path}.endpoint`,
            value: name,
            problem: 'the target has no address of this name',
            remedy: 'name a key of target.urls or target.thirdParties',
          },
        ]
      : [],
});
