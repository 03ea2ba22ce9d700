import type { LoadResult } from './load-result.ts';
import { breachIsCertain } from '../statistics/certain-breach.ts';

/** Requests of one stretch of time. A stretch without requests is no data: neither healthy nor a breach. */
export interface CountBucket {
  readonly startMs: number;
  readonly lengthMs: number;
  readonly total: number;
  readonly bad: number;
}

export interface Trigger {
  /**
   * `sustained`: every evaluation for this long is a breach, and one healthy evaluation resets.
   * `windowed`: bad over total of the last so many milliseconds.
   */
  readonly kind: 'sustained' | 'windowed';
  readonly forMs: number;
  /** A share strictly above this is a breach. */
  readonly limit: number;
  /** Fewer requests within the time do not show that all is well; a breach by fewer must be more than chance. */
  readonly minimumRequests: number;
}

export interface TriggerAnswer {
  /**
   * `firing` also when data ended while it fired: a target that vanished has not recovered. `unknown` when more than a
   * tenth of the time that counts has no data, or too few requests.
   */
  readonly state: 'inactive' | 'pending' | 'firing' | 'unknown';
  /** When it first fired, whatever came after; `null` when it never did. */
  readonly firedAtMs: number | null;
  /** Share of the time that counts for which there was data, 0 to 1. */
  readonly coverage: number;
  readonly requests: number;
}

const LEAST_COVERAGE = 0.9;

/**
 * Whether what was counted carries a breach: enough requests, or more bad ones than chance explains. Requests of one
 * bucket share their fate, so a bucket counts once.
 */
function carries(
  { bad, requests, withData }: { readonly bad: number; readonly requests: number; readonly withData: number },
  { minimumRequests, limit }: Trigger,
): boolean {
  if (requests >= minimumRequests) return true;
  const independent = Math.min(requests, withData);
  return breachIsCertain((bad / requests) * independent, independent, limit);
}

/** Evaluates a trigger over buckets in order of time, the same way for load results and for metrics. Pure. */
export function evaluateTrigger(buckets: readonly CountBucket[], trigger: Trigger): TriggerAnswer {
  const answer = trigger.kind === 'sustained' ? sustained(buckets, trigger) : windowed(buckets, trigger);
  if (buckets.length === 0) return { state: 'unknown', firedAtMs: null, coverage: 0, requests: 0 };
  return answer;
}

/** The seconds of a load result, with those that saw nothing. */
export function bucketsOfResult(result: LoadResult): readonly CountBucket[] {
  const seconds = Math.ceil((result.spanMs ?? result.durationMs) / 1000);
  const seen = new Map(result.buckets.map((bucket) => [bucket.second, bucket]));
  return Array.from({ length: seconds }, (_, second) => ({
    startMs: second * 1000,
    lengthMs: 1000,
    total: seen.get(second)?.requests ?? 0,
    bad: seen.get(second)?.errors ?? 0,
  }));
}

interface Pending {
  readonly sinceMs: number;
  requests: number;
  bad: number;
  withData: number;
  withDataMs: number;
}

function sustained(buckets: readonly CountBucket[], trigger: Trigger): TriggerAnswer {
  let pending: Pending | undefined;
  let firing = false;
  let firedAtMs: number | null = null;
  for (const bucket of buckets) {
    const endMs = bucket.startMs + bucket.lengthMs;
    if (bucket.total > 0 && bucket.bad / bucket.total <= trigger.limit) {
      pending = undefined;
      firing = false;
      continue;
    }
    if (bucket.total > 0) {
      pending ??= { sinceMs: bucket.startMs, requests: 0, bad: 0, withData: 0, withDataMs: 0 };
      pending.requests += bucket.total;
      pending.bad += bucket.bad;
      pending.withData += 1;
      pending.withDataMs += bucket.lengthMs;
    }
    if (pending === undefined || firing || endMs - pending.sinceMs < trigger.forMs) continue;
    if (carries(pending, trigger) && pending.withDataMs / (endMs - pending.sinceMs) >= LEAST_COVERAGE) {
      firing = true;
      firedAtMs ??= endMs;
    }
  }
  const { requests, coverage } = recent(buckets, trigger.forMs);
  const last = { requests, coverage };
  if (firing) return { ...last, state: 'firing', firedAtMs };
  if (coverage < LEAST_COVERAGE || requests < trigger.minimumRequests)
    return { ...last, state: 'unknown', firedAtMs };
  return { ...last, state: pending === undefined ? 'inactive' : 'pending', firedAtMs };
}

function windowed(buckets: readonly CountBucket[], trigger: Trigger): TriggerAnswer {
  let firing = false;
  let firedAtMs: number | null = null;
  let oldest = 0;
  let bad = 0;
  let requests = 0;
  let withData = 0;
  let withDataMs = 0;
  let coverage = 0;
  for (const bucket of buckets) {
    const endMs = bucket.startMs + bucket.lengthMs;
    bad += bucket.bad;
    requests += bucket.total;
    withData += bucket.total > 0 ? 1 : 0;
    withDataMs += bucket.total > 0 ? bucket.lengthMs : 0;
    for (
      let old = buckets[oldest];
      old !== undefined && old.startMs < endMs - trigger.forMs;
      old = buckets[oldest]
    ) {
      bad -= old.bad;
      requests -= old.total;
      withData -= old.total > 0 ? 1 : 0;
      withDataMs -= old.total > 0 ? old.lengthMs : 0;
      oldest += 1;
    }
    coverage = Math.min(1, withDataMs / trigger.forMs);
    // While nothing can be said, what was said last stands: silence is no recovery.
    if (coverage < LEAST_COVERAGE) continue;
    const broken = bad / requests > trigger.limit;
    if (broken ? !carries({ bad, requests, withData }, trigger) : requests < trigger.minimumRequests)
      continue;
    firing = broken;
    if (firing) firedAtMs ??= endMs;
  }
  const told = { firedAtMs, coverage, requests };
  if (firing) return { ...told, state: 'firing' };
  const unknown = requests < trigger.minimumRequests || coverage < LEAST_COVERAGE;
  return { ...told, state: unknown ? 'unknown' : 'inactive' };
}

/** What the last stretch before the end holds. Time before the first bucket counts as without data. */
function recent(buckets: readonly CountBucket[], lengthMs: number): { requests: number; coverage: number } {
  const end = buckets.at(-1);
  if (end === undefined) return { requests: 0, coverage: 0 };
  const fromMs = end.startMs + end.lengthMs - lengthMs;
  let requests = 0;
  let withDataMs = 0;
  for (let at = buckets.length - 1; at >= 0; at -= 1) {
    const bucket = buckets[at];
    if (bucket === undefined || bucket.startMs + bucket.lengthMs <= fromMs) break;
    requests += bucket.total;
    // Time that is no multiple of the buckets begins within one.
    if (bucket.total > 0) withDataMs += bucket.startMs + bucket.lengthMs - Math.max(fromMs, bucket.startMs);
  }
  return { requests, coverage: Math.min(1, withDataMs / lengthMs) };
}
