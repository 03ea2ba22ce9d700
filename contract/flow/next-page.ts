import { keysOfPath, valueUnder } from './value-at.ts';

/** An answer that holds a list. */
interface ListAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Keys beside a list that hold the way to more of it, where they hold anything. */
const NEXT = /^(?:@odata\.)?next(?:_?(?:link|page|page_?token|cursor|token|url|href))?$/i;
/** Keys that say in a word whether there is more. */
const HAS_MORE = /^has_?(?:more|next(?:_?page)?)$/i;
/** Keys that hold how many there are in all. */
const TOTAL = /^total(?:_?(?:count|items|results|elements|records|hits))?$/i;
/** Objects beside a list that hold such keys. */
const ABOUT =
  /^(?:_?links|meta(?:data)?|_?page(?:_?info|s|able)?|pagination|paging|cursors?|response_?metadata|results?_?info)$/i;

/**
 * What in an answer tells that the list in it goes on, in words; undefined where nothing does. Headers: a next page (RFC
 * 8288; Sentry always names one, and says whether anything is on it), a part of a range (RFC 9110, PostgREST), a total.
 * The body: what stands beside the list, or beside what the list stands in.
 * @param path of the list: dotted, or its keys
 * @param length how many entries it has
 */
export function nextPageOf(
  { status, headers = {}, body }: ListAnswer,
  path: string | readonly string[],
  length: number,
): string | undefined {
  const links = (headers['link'] ?? '').split(/,\s*(?=<)/);
  if (links.some((one) => /;\s*rel="?next"?/i.test(one) && !/;\s*results="?false"?/i.test(one)))
    return 'the header Link names a next page';
  if (status === 206) return 'its status is 206, a part';
  const all = /\/(\d+)\s*$/.exec(headers['content-range'] ?? '')?.[1] ?? headers['x-total-count'];
  if (all !== undefined && Number(all) > length) return `a header says that there are ${Number(all)}`;
  let at = body;
  for (const key of typeof path === 'string' ? keysOfPath(path) : path) {
    const told = besides(at, length, 0);
    if (told !== undefined) return told;
    at = valueUnder(at, key);
  }
  return undefined;
}

/** What members of an object say about the list beside them. */
function besides(at: unknown, length: number, depth: number): string | undefined {
  if (typeof at !== 'object' || at === null || Array.isArray(at)) return undefined;
  for (const [key, value] of Object.entries(at)) {
    if (HAS_MORE.test(key) && value === true) return `${key} is true`;
    if (NEXT.test(key) && leadsOn(value)) return `${key} names a next page`;
    const total = TOTAL.test(key) ? numberOf(value) : undefined;
    if (total !== undefined && total > length) return `${key} is ${total}`;
    const inner = ABOUT.test(key) && depth < 2 ? besides(value, length, depth + 1) : undefined;
    if (inner !== undefined) return `${key}.${inner}`;
  }
  return undefined;
}

/** An address, a token, the number of a page, or a link of HAL. */
function leadsOn(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return leadsOn(valueUnder(value, 'href'));
  return (
    value === true || (typeof value === 'string' ? value !== '' : typeof value === 'number' && value > 0)
  );
}

/** Elasticsearch has its total inside of an object. */
function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'object' ? valueUnder(value, 'value') : value;
  return typeof number === 'number' || typeof number === 'bigint' ? Number(number) : undefined;
}
