/** What `Retry-After` says. */
export interface RetryAfter {
  /** From the moment of the answer on, in milliseconds; below 0 for a date that is over. */
  readonly ms: number;
  /** Whether it is written as the standard says (RFC 9110, 10.2.3): whole seconds, or a date of HTTP. */
  readonly standard: boolean;
}

const HTTP_DATE = /^[A-Za-z]{3}, \d{2} [A-Za-z]{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * Reads `Retry-After`: seconds, or a date, which is read by the clock of the answer's own `Date`. Undefined where nothing
 * is said, or nothing that can be read.
 * @param headers names in small letters
 */
export function readRetryAfter(headers: Readonly<Record<string, string>>): RetryAfter | undefined {
  const told = headers['retry-after']?.trim();
  if (told === undefined || told === '') return undefined;
  if (/^\d{1,9}(?:\.\d+)?$/.test(told))
    return { ms: Math.ceil(Number(told) * 1000), standard: !told.includes('.') };
  // Nothing but an HTTP date names a day.
  const until = /^[A-Za-z]{3}/.test(told) ? Date.parse(told) : Number.NaN;
  if (Number.isNaN(until)) return undefined;
  const there = Date.parse(headers['date'] ?? '');
  const now = Number.isNaN(there) ? Date.now() : there;
  return { ms: until - now, standard: HTTP_DATE.test(told) };
}
