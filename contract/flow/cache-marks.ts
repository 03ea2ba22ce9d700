/** Headers in which caches say what they did. Names are lower-case. */
const CACHE_HEADER = /^(x-(?:[a-z0-9-]+-)?cache(?:-status|-result)?|c(?:f|dn)-cache-status|cdn-cache)$/;
/** Whole words: `TCP_MEM_HIT`, `Hit from cloudfront`, `MISS, HIT`; not `white`. */
const SERVED = /(?:^|[^a-z])(?:hit|stale|updating)(?:$|[^a-z])/i;

/**
 * The header by which an answer shows that it came out of a cache, and not from what runs now; undefined without one.
 * @param headers by lower-case name
 */
export function cacheMark(headers: Readonly<Record<string, string>>): string | undefined {
  const age = headers['age'];
  if (age !== undefined && Number(age) > 0) return `age: ${age}`;
  for (const [name, value] of Object.entries(headers)) {
    if (servedFromCache(name, value)) return `${name}: ${value.slice(0, 80)}`;
  }
  return undefined;
}

function servedFromCache(name: string, value: string): boolean {
  if (CACHE_HEADER.test(name)) return SERVED.test(value);
  switch (name) {
    case 'cache-status':
      // RFC 9211: `ExampleCache; hit; ttl=30`.
      return /;\s*hit(?!\s*=\s*\?0)\b/i.test(value);
    case 'x-cache-hits':
      return /[1-9]/.test(value);
    case 'x-varnish':
      // The id of this request, and that of the one that filled the cache.
      return /^\s*\d+\s+\d+/.test(value);
    case 'server-timing':
      return /cache[^,]*desc="?[^",]*hit/i.test(value);
    default:
      return false;
  }
}
