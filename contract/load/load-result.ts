import { z } from 'zod';
import { Outcome } from '../evidence/outcome.ts';

/** Kinds of errors under load; every kind is counted apart. */
export const LoadErrors = z.strictObject({
  status: z.number().int().nonnegative(),
  timeout: z.number().int().nonnegative(),
  connection: z.number().int().nonnegative(),
  assertion: z.number().int().nonnegative(),
});
export type LoadErrors = z.infer<typeof LoadErrors>;

/** How many requests failed, whatever the reason. */
export function failedIn({ status, timeout, connection, assertion }: LoadErrors): number {
  return status + timeout + connection + assertion;
}

/** One second of load. */
export const LoadBucket = z.strictObject({
  second: z.number().int().nonnegative(),
  requests: z.number().int().nonnegative(),
  errors: z.number().int().nonnegative(),
  /** Those errors by kind; kinds without any are left out. */
  kinds: LoadErrors.partial().optional(),
  bytes: z.number().nonnegative(),
  /** How many requests were under way, on average over the second. */
  inFlight: z.number().nonnegative().optional(),
});
export type LoadBucket = z.infer<typeof LoadBucket>;

/** Answers to one step whose shape was looked at: a sample, so what is wrong is a share of these, never of all requests. */
export const LookedShape = z.strictObject({
  step: z.string(),
  looked: z.number().int().nonnegative(),
  wrong: z.number().int().nonnegative(),
});
export type LookedShape = z.infer<typeof LookedShape>;

/** Answers of one status that do not hold. */
export const WrongAnswer = z.strictObject({
  status: z.number().int(),
  count: z.number().int().positive(),
  /** The first of them, in words: what was asked, and what came, without values. */
  example: z.strictObject({ request: z.string(), answer: z.string() }),
});
export type WrongAnswer = z.infer<typeof WrongAnswer>;

/** What a load engine measured, the same for every engine. Times in milliseconds unless the name says otherwise. */
export const LoadResult = z.strictObject({
  engine: z.strictObject({ name: z.enum(['autocannon', 'k6']), version: z.string() }),
  /** `closed`: a fixed number of connections wait for answers; it claims nothing about arrival rates. */
  model: z.enum(['closed', 'open']),
  startedAt: z.string(),
  durationMs: z.number().nonnegative(),
  /** What `buckets` cover, where that is longer: shares of a load that were merged never begin at the same moment. */
  spanMs: z.number().nonnegative().optional(),
  warmupMs: z.number().nonnegative(),
  connections: z.number().int().positive(),
  /** Finished requests, errors included, warm-up excluded. */
  requests: z.number().int().nonnegative(),
  errors: LoadErrors,
  /** Of every step that has a schema, those that nobody looked at as well; absent where no step has one. */
  shapes: z.array(LookedShape).optional(),
  /** Answers that came and do not hold, the most frequent first; rare statuses and older results have none. */
  wrongAnswers: z.array(WrongAnswer).optional(),
  /** Answers that refuse us because of our rate (429, or 503 with `Retry-After`), which are among the errors by status. */
  limited: z
    .strictObject({
      count: z.number().int().positive(),
      /** Second of the window in which the first of them came. */
      firstSecond: z.number().int().nonnegative(),
    })
    .optional(),
  /** `null` when nothing was measured: never 0, which would pass every threshold. */
  latency: z
    .strictObject({
      samples: z.number().int().positive(),
      p50: z.number(),
      p90: z.number(),
      p95: z.number(),
      p99: z.number(),
      max: z.number(),
      mean: z.number(),
    })
    .nullable(),
  /** HdrHistogram V2, compressed, base64; microseconds. Histograms are merged, percentiles never. */
  histogram: z.string().nullable(),
  targetRate: z.number().positive().nullable(),
  achievedRate: z.number().nonnegative(),
  /** Arrivals that the engine could not start; open model only. */
  dropped: z.number().int().nonnegative(),
  buckets: z.array(LoadBucket),
  /**
   * Stretches of the window in which not one answer came, the longest first; short ones are left out. While all
   * connections wait, a closed model sends nothing, so its percentiles hardly show a target that stood still.
   */
  silencesMs: z.array(z.number().positive()).optional(),
  /** How many more silences there were than are listed, each at most as long as the last of the list. */
  silencesUnlisted: z.number().int().positive().optional(),
  generator: z.strictObject({
    /** 99th percentile of the generator's event-loop delay, or of how late it began arrivals; null when nobody knows. */
    lagP99Ms: z.number().nullable(),
    cpuPercent: z.number().nullable(),
    /** How long a request's own work waited for a processor, on average; null where the system does not say. */
    waitMs: z.number().nonnegative().nullable().optional(),
    /**
     * How long the generator's threads stood in the run queue, added up, as a share of the time: 100 says that one was
     * waiting at every moment. null where the system does not say.
     */
    queuedPercent: z.number().nonnegative().nullable().optional(),
    saturated: z.boolean(),
    /** Only where several processes made the load: how many, and on how many cores. The rest is of the worst of them. */
    processes: z.number().int().min(2).optional(),
    cores: z.number().int().positive().optional(),
  }),
  /** Why the target could not be reached at all (refused, unresolved, untrusted), in words; then nothing was sent. */
  unreachable: z.string().optional(),
  /** What went wrong inside the engine; a result with faults is never a pass. */
  faults: z.array(z.string()),
});
export type LoadResult = z.infer<typeof LoadResult>;

/** One level of a load profile that has several, for the report. */
export const LoadStage = z.strictObject({
  name: z.string(),
  /** Arrivals per second, or connections. */
  level: z.number().positive(),
  unit: z.enum(['1/s', 'connections']),
  /** Whether the thresholds that count at this level held. */
  outcome: Outcome,
  requests: z.number().int().nonnegative(),
  achievedRate: z.number().nonnegative(),
  /** Share; null when nothing was measured. */
  errorRate: z.number().min(0).max(1).nullable(),
  p95: z.number().nullable(),
});
export type LoadStage = z.infer<typeof LoadStage>;
