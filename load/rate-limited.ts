import { EVENTS } from '../contract/events/table.ts';
import type { Finding } from '../contract/evidence/finding.ts';
import type { LoadResult } from '../contract/load/load-result.ts';

/**
 * What is said of a target that limits the rate of our requests, with the rate at which it began.
 * @param count how many answers refused us for it
 */
export function rateLimited(
  { requests, limited, buckets }: LoadResult,
  count: number,
): Pick<Finding, 'outcome' | 'cause' | 'summary' | 'measured' | 'unit' | 'remedy'> {
  const from = limited?.firstSecond ?? 0;
  const rate = buckets.find(({ second }) => second === from)?.requests ?? 0;
  return {
    outcome: 'unknown',
    cause: 'rate-limited',
    summary: `The target limits the rate of our requests: ${count} of ${requests} were refused (429, 503), from second ${from} on, at ${rate} requests a second`,
    measured: rate,
    unit: '1/s',
    remedy: `${EVENTS['rate-limited-still'].remedy}; with rateLimits: 'count' in the profile such answers are errors`,
  };
}
