import { z } from 'zod';
import type { Problem } from '../../errors.ts';
import { addressIn } from '../addresses.ts';
import { endpoint, probeKind, probeSchema } from './probe-kind.ts';

const Ip = z.union([z.ipv4(), z.ipv6()]);
const Port = z.number().int().min(1).max(65_535).default(53);
const Seconds = z.number().int().min(0);

/** A server that answers questions of DNS. */
const NameServer = z.strictObject({
  /** How reports call it; default: its address. */
  name: z.string().min(1).optional(),
  /** Its IP address. */
  address: Ip,
  /** Where it listens, over UDP and TCP. */
  port: Port,
});
export type NameServer = z.infer<typeof NameServer>;

/** What the name server itself says of a name, and whether resolvers say so by now. */
export const dns = probeKind({
  schema: probeSchema('dns', {
    ...endpoint,
    /** The name that is looked at; default: the host of the endpoint. */
    name: z.hostname().optional(),
    /** What is asked for: IPv4 addresses, IPv6 addresses, or another name. */
    type: z.enum(['A', 'AAAA', 'CNAME']).default('A'),
    /**
     * The authoritative servers; default: those that the zone and its parent name. Needed where the inside of a house
     * has answers of its own (split horizon).
     */
    servers: z.array(NameServer).min(1).optional(),
    /** How long others may keep an answer, in seconds: the TTL of the records of this very name at its own servers. */
    ttlAtMost: Seconds.optional(),
    /** Where the name must lead. Default: all servers and resolvers must agree, wherever that is. */
    expect: z
      .union([
        z.strictObject({
          /** Each address that is answered must be one of these. */
          addresses: z.array(Ip).min(1),
        }),
        z.strictObject({
          /** The name that it stands for. */
          cname: z.hostname(),
        }),
        z.strictObject({
          /** Each address that is answered must be one of those of this host. */
          sameAs: z.hostname(),
        }),
      ])
      .optional(),
    /** Resolvers that must have the answer, such as those of the customers: `{ name: 'Quad9', address: '9.9.9.9' }`. */
    resolvers: z.array(NameServer).default([]),
    /** When the record was changed: until its old answers have ended, a resolver may still give one. */
    moved: z
      .strictObject({
        /** The moment, such as `2026-11-30T02:00:00Z`. */
        at: z.iso.datetime({ offset: true }),
        /** The TTL that the record had before, in seconds. */
        oldTtl: Seconds,
      })
      .optional(),
  }),
  project: 'suites',
  shows:
    'Every authoritative server knows the name, they agree, the TTL is short enough, and it leads where it should, at the named resolvers as well.',
  fails:
    'The name is not there, a server of the zone fails or does not know it (lame delegation), the TTL is longer, it leads elsewhere, or a resolver still says otherwise after old answers must have ended.',
  unknown:
    'Questions of DNS do not get out of this network or are answered by something in between, a named resolver is silent or fails by itself, old answers may still be kept, or the answers rotate and nothing says which are right.',
  example: {
    kind: 'dns',
    id: 'dns-can-move',
    title: 'Nobody keeps the old address for more than five minutes',
    phases: ['preflight'],
    ttlAtMost: 300,
  },
  problems: ({ endpoint: from, name, type, expect }, plan, path): Problem[] => {
    const problems: Problem[] = [];
    const host = name ?? addressIn(plan, from)?.hostname;
    if (host === undefined)
      problems.push({
        path: `${path}.endpoint`,
        value: from,
        problem: 'the target has no address of this name',
        remedy: 'name a key of target.urls or target.thirdParties, or give name',
      });
    else if (Ip.safeParse(host.replace(/^\[|\]$/g, '')).success)
      problems.push({
        path: `${path}.${name === undefined ? 'endpoint' : 'name'}`,
        value: host,
        problem: 'is an address, and has no record of DNS',
        remedy: 'give the name whose record is meant: name: "shop.example.com"',
      });
    if (expect !== undefined && 'cname' in expect !== (type === 'CNAME'))
      problems.push({
        path: `${path}.expect`,
        value: Object.keys(expect).join(', '),
        problem: `is no answer to a question for ${type}`,
        remedy:
          type === 'CNAME' ? 'expect a cname, or ask for type A' : 'say type: "CNAME", or expect addresses',
      });
    return problems;
  },
});
