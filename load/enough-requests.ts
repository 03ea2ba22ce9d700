import type { LoadThresholds } from '../contract/load/load-profile.ts';
import type { LoadResult } from '../contract/load/load-result.ts';
import { designEffect, errorClusters, sumOf } from '../contract/statistics/clustered-errors.ts';
import { decodeHistogram } from './engines/load-recorder.ts';
import { breachIsCertain } from '../contract/statistics/certain-breach.ts';

/** How sure a pass must be that not more than the allowed share is bad. */
const PASS_CONFIDENCE = 0.95;

const PERCENTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;
const NAMES = ['p50', 'p95', 'p99'] as const;

/** A limit, by the name of its statement, and how many requests a pass of it takes. */
export interface Need {
  readonly name: string;
  readonly requests: number;
}

export interface Judging {
  readonly thresholds: LoadThresholds;
  /** Share that may fail. */
  readonly errorRate: number;
  readonly unansweredCount: boolean;
}

/**
 * How many requests a pass of each limit needs. If more than the allowed share were bad, so many requests in a row
 * without a bad one would happen in less than one case of twenty: ceil(ln 0.05 / ln share that must be good). It is the
 * distribution-free one-sided bound of a percentile (59 for p95, 299 for p99) and the rule of three of an error rate
 * (299 for 1 %, 2995 for 0.1 %). No number shows that nothing ever fails, so an error rate of 0 is asked of the requests
 * that were made.
 */
export function requestsNeeded(thresholds: LoadThresholds, errorRate: number): readonly Need[] {
  const limits = { p50: thresholds.p50Ms, p95: thresholds.p95Ms, p99: thresholds.p99Ms };
  return [
    ...NAMES.filter((name) => limits[name] !== undefined).map((name) => ({
      name,
      requests: withoutBad(PERCENTILES[name]),
    })),
    ...(errorRate > 0 ? [{ name: 'error rate', requests: withoutBad(1 - errorRate) }] : []),
  ];
}

function withoutBad(good: number): number {
  return Math.ceil(Math.log(1 - PASS_CONFIDENCE) / Math.log(good));
}

/**
 * Whether a broken limit is more than chance can explain although the requests are too few for a pass. Errors that came
 * in the same seconds count for fewer. Limits that are no shares are as measured.
 * @param unansweredCount whether requests that got no answer may be held against the target: of a few, it takes a
 * control address that answers to know that they were not lost on our own side
 */
export function clearlyBroken(
  name: string,
  result: LoadResult,
  { thresholds, errorRate, unansweredCount }: Judging,
): boolean {
  if (name === 'error rate') {
    const clusters = errorClusters(result, !unansweredCount);
    const { bad, total } = sumOf(clusters);
    const effect = designEffect(clusters);
    return breachIsCertain(bad / effect, total / effect, errorRate);
  }
  const percentile = NAMES.find((one) => one === name);
  if (percentile === undefined) return true;
  const limitMs = thresholds[`${percentile}Ms`];
  if (result.histogram === null || limitMs === undefined) return false;
  const { slow, total } = slowerThan(result.histogram, limitMs);
  return breachIsCertain(slow, total, 1 - PERCENTILES[percentile]);
}

/** How many latencies lie above the limit; by rank, for a histogram does not count by value. */
function slowerThan(histogram: string, limitMs: number): { readonly slow: number; readonly total: number } {
  const decoded = decodeHistogram(histogram);
  const total = decoded.totalCount;
  let [held, above] = [0, total + 1];
  while (above - held > 1) {
    const rank = Math.floor((held + above) / 2);
    // Half a rank less, because the histogram rounds up.
    if (decoded.getValueAtPercentile(((rank - 0.5) / total) * 100) / 1000 <= limitMs) held = rank;
    else above = rank;
  }
  return { slow: total - held, total };
}
