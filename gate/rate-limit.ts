/** More addresses than these are not remembered; the oldest is forgotten. */
const MOST_ADDRESSES = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * How often one address may ask: a bucket that fills evenly.
 * @param perMinute answers per minute; half a minute's worth may come at once
 * @returns whether an address may ask now (milliseconds of a steady clock)
 */
export function createRateLimit(perMinute: number): (address: string, now: number) => boolean {
  const buckets = new Map<string, Bucket>();
  const most = Math.max(1, perMinute / 2);
  return (address, now) => {
    const before = buckets.get(address) ?? { tokens: most, at: now };
    const tokens = Math.min(most, before.tokens + ((now - before.at) * perMinute) / 60_000);
    const allowed = tokens >= 1;
    // Written again, so that the map stays in the order of last use.
    buckets.delete(address);
    buckets.set(address, { tokens: allowed ? tokens - 1 : tokens, at: now });
    if (buckets.size > MOST_ADDRESSES) buckets.delete(buckets.keys().next().value ?? '');
    return allowed;
  };
}
