/** What to do about a record that is wrong, by the cause of the finding. */
export const DNS_REMEDIES: Readonly<Record<string, string>> = {
  ttl: 'lower the TTL at the servers of the zone, and wait for as long as it was before the cut-over',
  'lame-delegation':
    'take servers that do not speak for the zone out of it and out of its delegation (at the registrar), or set the zone up on them',
  'server-fails':
    'look at the log of that server: it has the zone and cannot read it, or its own source is away',
  'server-silent': 'start that server, or take it out of the zone and its delegation',
  'servers-disagree': 'let every server take over the same version of the zone, then run again',
  'resolver-disagrees':
    'empty the cache of that resolver (public ones have a page for it), or wait for as long as it keeps the answer',
  dnssec: 'sign the zone again, or correct the DS record of the zone above',
};
