import { getServers } from 'node:dns';
import { isIPv6 } from 'node:net';
import type { NameServer } from '../../contract/plan/probes/dns.ts';

/** The resolvers that this machine is set up with. */
export function resolversOfThisMachine(): readonly NameServer[] {
  return getServers().map((text): NameServer => {
    if (isIPv6(text)) return { address: text, port: 53 };
    const [, address = text, port = '53'] = /^\[?(.+?)\]?(?::(\d+))?$/.exec(text) ?? [];
    return { address, port: Number(port) };
  });
}
