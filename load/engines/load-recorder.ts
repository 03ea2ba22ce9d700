import type { Histogram } from 'hdr-histogram-js';
import type { LoadBucket, LoadErrors, LoadResult } from '../../contract/load/load-result.ts';
import { hdrHistogram } from '../hdr-histogram.ts';
import { Silences } from './silences.ts';

/** How one finished request counts. */
export type SampleKind = 'ok' | keyof LoadErrors;

export interface Sample {
  readonly kind: SampleKind;
  /** Milliseconds since the measured window began, when the request left. */
  readonly sinceMs: number;
  /** Milliseconds; undefined when there is no latency to speak of (no connection). */
  readonly latencyMs: number | undefined;
  readonly bytes: number;
}

/** What a recorder gives to a `LoadResult`. */
export type Recorded = Pick<
  LoadResult,
  'requests' | 'errors' | 'limited' | 'latency' | 'histogram' | 'buckets' | 'silencesMs' | 'silencesUnlisted'
>;

const HIGHEST_US = 3_600_000_000;

interface Second {
  requests: number;
  readonly kinds: Partial<Record<keyof LoadErrors, number>>;
  bytes: number;
  /** Milliseconds, summed over all requests that were under way. */
  busyMs: number;
}

/** Counts finished requests, by second and by kind, and keeps their latencies in a histogram of microseconds. */
export class LoadRecorder {
  readonly #histogram = emptyHistogram();
  readonly #silences = new Silences();
  readonly #errors: LoadErrors = { status: 0, timeout: 0, connection: 0, assertion: 0 };
  readonly #buckets = new Map<number, Second>();
  #requests = 0;
  #limited: { count: number; firstSecond: number } | undefined;

  get requests(): number {
    return this.#requests;
  }

  get failed(): number {
    return Object.values(this.#errors).reduce((sum, count) => sum + count, 0);
  }

  /** The 95th percentile so far in milliseconds; undefined without samples. */
  get p95(): number | undefined {
    return this.#histogram.totalCount === 0 ? undefined : this.#histogram.getValueAtPercentile(95) / 1000;
  }

  record(sample: Sample): void {
    this.#requests += 1;
    this.#bucket(sample.sinceMs).requests += 1;
    this.#underWay(sample.sinceMs, sample.latencyMs ?? 0);
    this.#silences.answered(sample.sinceMs + (sample.latencyMs ?? 0));
    if (sample.kind !== 'ok') this.countError(sample.kind, sample.sinceMs);
    this.countBytes(sample.bytes, sample.sinceMs);
    if (sample.latencyMs !== undefined) {
      // Below one microsecond the histogram would not count the sample at all.
      const microseconds = Math.min(HIGHEST_US, Math.max(1, Math.round(sample.latencyMs * 1000)));
      this.#histogram.recordValue(microseconds);
    }
  }

  /** For engines that tell of an error apart from its request. */
  countError(kind: keyof LoadErrors, sinceMs: number): void {
    this.#errors[kind] += 1;
    const { kinds } = this.#bucket(sinceMs);
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }

  /** An answer by which the target limits our rate; its error is counted besides. */
  countLimited(sinceMs: number): void {
    const second = Math.max(0, Math.floor(sinceMs / 1000));
    const { count, firstSecond } = this.#limited ?? { count: 0, firstSecond: second };
    this.#limited = { count: count + 1, firstSecond: Math.min(firstSecond, second) };
  }

  /** For engines that tell of bytes apart from requests. */
  countBytes(bytes: number, sinceMs: number): void {
    this.#bucket(sinceMs).bytes += bytes;
  }

  /** @param windowMs length of the measured window */
  result(windowMs = 0): Recorded {
    return {
      ...this.#silences.within(windowMs),
      requests: this.#requests,
      errors: { ...this.#errors },
      ...(this.#limited === undefined ? {} : { limited: { ...this.#limited } }),
      buckets: [...this.#buckets]
        // What was under way after the window, or before a request of it, is no second of this load.
        .filter(([second, { requests, bytes }]) => requests > 0 || bytes > 0 || second * 1000 < windowMs)
        .map(([second, bucket]) => bucketOf(second, bucket))
        .sort((a, b) => a.second - b.second),
      latency: latencyOf(this.#histogram),
      histogram:
        this.#histogram.totalCount === 0 ? null : hdrHistogram().encodeIntoCompressedBase64(this.#histogram),
    };
  }

  /** By Little's law the time that requests spent in a second is how many were under way in it. */
  #underWay(sinceMs: number, latencyMs: number): void {
    const end = sinceMs + latencyMs;
    for (let from = Math.max(0, sinceMs); from < end;) {
      const to = Math.min(end, (Math.floor(from / 1000) + 1) * 1000);
      this.#bucket(from).busyMs += to - from;
      from = to;
    }
  }

  #bucket(sinceMs: number): Second {
    const second = Math.max(0, Math.floor(sinceMs / 1000));
    let bucket = this.#buckets.get(second);
    if (bucket === undefined)
      this.#buckets.set(second, (bucket = { requests: 0, kinds: {}, bytes: 0, busyMs: 0 }));
    return bucket;
  }
}

function bucketOf(second: number, { requests, kinds, bytes, busyMs }: Second): LoadBucket {
  const errors = Object.values(kinds).reduce((sum, count) => sum + count, 0);
  const inFlight = Number((busyMs / 1000).toFixed(3));
  return { second, requests, errors, ...(errors > 0 ? { kinds } : {}), bytes, inFlight };
}

/** An empty histogram in the one shape that all engines share, so that results can be merged. */
export function emptyHistogram(): Histogram {
  return hdrHistogram().build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
    useWebAssembly: false,
  });
}

/** Percentiles in milliseconds. `null` for an empty histogram: its percentiles are 0 and would pass any threshold. */
export function latencyOf(histogram: Histogram): LoadResult['latency'] {
  if (histogram.totalCount === 0) return null;
  // A percentile is the upper end of its bucket, which can lie above the greatest value that was seen.
  const at = (percentile: number): number =>
    Math.min(histogram.getValueAtPercentile(percentile), histogram.maxValue) / 1000;
  return {
    samples: histogram.totalCount,
    p50: at(50),
    p90: at(90),
    p95: at(95),
    p99: at(99),
    max: histogram.maxValue / 1000,
    mean: histogram.mean / 1000,
  };
}

/** Reads the histogram of a result. @throws Error when the text is not one */
export function decodeHistogram(text: string): Histogram {
  return hdrHistogram().decodeFromCompressedBase64(text, 32, false);
}
