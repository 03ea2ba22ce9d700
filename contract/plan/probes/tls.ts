import { z } from 'zod';
import type { Problem } from '../../errors.ts';
import { addressIn } from '../addresses.ts';
import { endpoint, probeKind, probeSchema } from './probe-kind.ts';

/** Versions of TLS that a plan may ask for, the oldest first; older ones are never enough. */
export const TLS_VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

/** The certificate of a host: trusted, for its name, with days left; and the version of TLS. */
export const tls = probeKind({
  schema: probeSchema('tls', {
    ...endpoint,
    /** The name that is asked for (SNI) and that the certificate must have; default: the host of the endpoint. */
    servername: z.hostname().optional(),
    /** An IP address that is asked instead of the one that the name resolves to: the new system, before DNS moves. */
    address: z.union([z.ipv4(), z.ipv6()]).optional(),
    /** Default: that of the endpoint. */
    port: z.number().int().min(1).max(65_535).optional(),
    /** How many days the certificate must at least be valid from now on. */
    daysLeft: z.number().int().min(0).default(14),
    /** The oldest version of TLS that is good enough. */
    protocol: z.enum(TLS_VERSIONS).default('TLSv1.2'),
    /** Also shows that the server refuses whoever speaks nothing newer than the version before `protocol`. */
    refusesOlder: z.boolean().default(false),
  }),
  project: 'suites',
  shows: 'The certificate is trusted, has the name and is valid for long enough, and TLS is new enough.',
  fails:
    'The chain is not trusted, the name is another, the certificate expires too soon, or the version of TLS is too old.',
  unknown:
    'Our own network is down, our clock is far off, this machine trusts the CA and Node does not know it, or the address is that of a third party.',
  example: {
    kind: 'tls',
    id: 'certificate-is-good',
    title: 'The certificate of the new system is good before DNS moves',
    phases: ['preflight'],
    address: '203.0.113.7',
    servername: 'shop.example.com',
  },
  problems: ({ endpoint: name, port }, plan, path): Problem[] => {
    const url = addressIn(plan, name);
    if (url?.protocol === 'https:' || (url !== undefined && port !== undefined)) return [];
    return [
      {
        path: `${path}.endpoint`,
        value: url === undefined ? name : url.origin,
        problem:
          url === undefined ? 'the target has no address of this name' : 'no certificate is shown on http',
        remedy: 'name an endpoint whose address is https, or the port of TLS: port: 443',
      },
    ];
  },
});
