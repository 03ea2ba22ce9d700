/** What is asked for. */
export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'NS' | 'SOA';

/** What one server said to one question. Names are in small letters, without the dot at their end. */
export interface NameServerAnswer {
  /** `NOERROR`, `NXDOMAIN`, `SERVFAIL`, `REFUSED` … */
  readonly rcode: string;
  /** It speaks for the zone. */
  readonly authoritative: boolean;
  /** It asks others for those who ask it: a resolver, or something that answers in place of the server. */
  readonly recursive: boolean;
  readonly answers: readonly DnsRecord[];
  /** Of a referral: who is to be asked instead. */
  readonly authorities: readonly DnsRecord[];
}

export interface DnsRecord {
  readonly name: string;
  readonly type: string;
  /** Seconds. */
  readonly ttl: number;
  /** An address or a name; empty for all other types. */
  readonly data: string;
}

/** `Shop.Example.COM.` is `shop.example.com`. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
