import type { NameServerAnswer } from './name-server-answer.ts';

/** Where the answer of a server of the zone leads. */
export interface Leads {
  readonly to: readonly string[];
  /** The name at which it leaves the zone for that of somebody else, such as a CDN, which answers each its own way. */
  readonly through?: string;
}

/** What an answer comes to. */
export type Said = Leads | { readonly broken: string; readonly cause: 'no-such-name' | 'no-record' };

/** Some servers set the mark of those who speak for a zone where they refuse to. */
export function speaks({ authoritative, rcode }: NameServerAnswer): boolean {
  return authoritative && rcode !== 'REFUSED';
}

/** Whether two servers of a zone say the same: by the name that leaves it, whatever others answer for that by now. */
export function agree(one: Leads, other: Leads): boolean {
  return same(one.to, other.to) || (one.through !== undefined && one.through === other.through);
}

export function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, at) => value === other[at]);
}

/** One way to write an address: those of IPv6 have many. */
export function canonical(address: string): string {
  return address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address.toLowerCase();
}
