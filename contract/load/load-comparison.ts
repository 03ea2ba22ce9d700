import { z } from 'zod';
import { CheckId } from '../plan/check-id.ts';
import { checkOptions } from '../plan/check-options.ts';
import { Headers } from '../plan/headers.ts';
import type { LoadCaps } from './load-profile.ts';
import { Phase } from '../evidence/outcome.ts';

/** Both sides get every request, so only requests that change nothing may be compared. */
const SafeRequest = z.strictObject({
  /** How it is asked. */
  method: z.enum(['GET', 'HEAD']).default('GET'),
  /** Absolute path, with its query. */
  path: z.string().startsWith('/'),
  /** Which address is asked, a key of both `target.urls` and `target.old.urls`. */
  endpoint: z.string().default('app'),
  /** Sent to both sides, besides `target.headers` and `target.old.headers`. */
  headers: Headers.optional(),
});

/** A percentile of fewer answers is mostly chance: at least ten must lie beyond it. */
export const LEAST_SAMPLES = { p50: 20, p95: 200, p99: 1000 } as const;
/** With fewer pairs no pattern of signs is rare enough to say anything. */
export const LEAST_ROUNDS = 6;
export const MOST_ROUNDS = 500;
/**
 * Before each measurement, in seconds: requests that wait for a new connection leave in this time and are not measured.
 * They would be a good part of the slowest of a short block, and alike on both sides.
 */
const LEAST_WARM_UP_S = 0.1;
/** k6 knows no scenario of less. */
const LEAST_K6_S = 1;

/** The old system against the new one, interleaved: whether new is slower than a margin allows. */
export const LoadComparison = z
  .strictObject({
    id: CheckId,
    /** The statement in words, as reports show it. */
    title: z.string().min(1),
    /** Phases in which it is asked. */
    phases: z.array(Phase).min(1).default(['post-cutover']),
    ...checkOptions,
    /** Who makes the load. */
    engine: z.enum(['autocannon', 'k6']),
    /** `true`: where the engine's program is not found the check is not applicable instead of unknown. */
    optional: z.boolean().default(false),
    /** Each is compared apart. */
    requests: z.array(SafeRequest).min(1).max(20),
    /** Pairs of measurements; the more, the smaller the difference that can be told. */
    rounds: z.number().int().min(LEAST_ROUNDS).max(MOST_ROUNDS).default(20),
    /** Seconds of one measurement of one side of one request. */
    blockS: z.number().min(0.2).max(60).default(1),
    /** Connections to the side that is measured. */
    connections: z.number().int().min(1).max(200).default(4),
    /** Arrivals per second at the side that is measured; k6 only. Without it each connection waits for its answer. */
    rate: z.number().positive().max(10_000).optional(),
    /** Load on each side before the first measurement, in seconds. */
    warmupS: z.number().nonnegative().max(600).default(2),
    /** A request without an answer for this long has failed, in milliseconds. */
    timeoutMs: z.number().int().positive().max(120_000).default(10_000),
    /** Which latency is compared. */
    percentile: z.enum(['p50', 'p95', 'p99']).default('p95'),
    /** How much slower new may be: 0.1 for 10 %. */
    margin: z.number().positive().max(10).default(0.1),
    /** Differences below this many milliseconds are no failure. */
    floorMs: z.number().nonnegative().default(5),
    /** How much greater the share of failed requests may be on the new side. */
    errorMargin: z
      .number()
      .gt(0, 'must be above 0: that not one request more fails can never be shown')
      .max(1)
      .default(0.01),
    /** How sure an answer must be: 0.95 for one wrong answer in twenty. */
    confidence: z.number().min(0.8).max(0.999).default(0.95),
    /**
     * Answers of every side behind one ratio; rounds with fewer are put together. Default, and least: 20 for p50, 200
     * for p95, 1000 for p99.
     */
    minimumSamples: z.number().int().positive().optional(),
    /** Order of sides and requests. */
    seed: z.number().int().nonnegative().default(1),
  })
  .refine((comparison) => comparison.rate === undefined || comparison.engine === 'k6', {
    message: 'an arrival rate needs engine "k6": autocannon cannot keep one',
    path: ['rate'],
  })
  .superRefine((comparison, context) => {
    const { percentile, minimumSamples, rate, rounds, blockS } = comparison;
    const complain = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message, input: comparison });
    const least = LEAST_SAMPLES[percentile];
    if (minimumSamples !== undefined && minimumSamples < least)
      complain(
        'minimumSamples',
        `must be at least ${least} for ${percentile}: the percentile of fewer answers is mostly chance`,
      );
    if (rate === undefined) return;
    const expected = Math.floor(rate * rounds * Math.max(blockS, LEAST_K6_S));
    const needed = LEAST_ROUNDS * samplesPerRatio(comparison);
    if (expected < needed)
      complain(
        'rounds',
        `${rounds} rounds of ${blockS} s at ${rate} a second bring ${expected} answers of each side, and ${percentile} needs ${needed} (${LEAST_ROUNDS} ratios of ${needed / LEAST_ROUNDS}): raise rounds, blockS or rate`,
      );
  });
export type LoadComparison = z.infer<typeof LoadComparison>;

/** How many answers of every side are behind one ratio. */
export function samplesPerRatio({
  percentile,
  minimumSamples,
}: Pick<LoadComparison, 'percentile' | 'minimumSamples'>): number {
  return Math.max(LEAST_SAMPLES[percentile], minimumSamples ?? 0);
}

/** Old is asked twice: how far it differs from itself says what can be told in this place at all. */
export const COMPARED_SIDES = ['old', 'old-again', 'new'] as const;
export type ComparedSide = (typeof COMPARED_SIDES)[number];

/** Unmeasured seconds before a block: the whole warm-up of the comparison once, and then enough to connect. */
export function blockWarmupS({ engine, warmupS }: LoadComparison, round: number): number {
  const least = engine === 'k6' ? LEAST_K6_S : LEAST_WARM_UP_S;
  return round === 0 ? Math.max(warmupS, least) : least;
}

/** How long a comparison makes load, with all warm-ups, in seconds. */
export function comparedS(comparison: LoadComparison): number {
  const { engine, rounds, blockS, requests } = comparison;
  const block = engine === 'k6' ? Math.max(blockS, LEAST_K6_S) : blockS;
  const round = (first: boolean): number => block + blockWarmupS(comparison, first ? 0 : 1);
  return (round(true) + (rounds - 1) * round(false)) * requests.length * COMPARED_SIDES.length;
}

/** What a comparison orders beyond the caps, in words; empty when it keeps them. */
export function comparisonBeyondCaps(comparison: LoadComparison, caps: LoadCaps): readonly string[] {
  const minutes = comparedS(comparison) / 60;
  return [
    ...((comparison.rate ?? 0) > caps.rate ? [`rate ${comparison.rate} (cap ${caps.rate})`] : []),
    ...(comparison.connections > caps.connections
      ? [`connections ${comparison.connections} (cap ${caps.connections})`]
      : []),
    ...(minutes > caps.minutes ? [`minutes ${minutes.toFixed(1)} (cap ${caps.minutes})`] : []),
  ];
}

const Interval = {
  /** Geometric mean of the ratios of all rounds; above 1 is slower. */
  ratio: z.number().nullable(),
  lower: z.number().nullable(),
  upper: z.number().nullable(),
};

/** One request, old against new. */
export const ComparedRequest = z.strictObject({
  request: z.string(),
  outcome: z.enum(['pass', 'fail', 'unknown']),
  reason: z.string(),
  /** Ratios: each of one round, or of several that were put together for enough answers. */
  rounds: z.number().int().nonnegative(),
  ...Interval,
  /** Old against old. */
  control: z.strictObject(Interval),
  /** Time per answer that connections spent, new against old: what requests per second came to. Closed model only. */
  perAnswer: z.strictObject(Interval).optional(),
  /** Of all rounds together, in milliseconds. */
  old: z.number().nullable(),
  new: z.number().nullable(),
  /** Shares of failed requests. */
  oldErrors: z.number().min(0).max(1).nullable(),
  newErrors: z.number().min(0).max(1).nullable(),
  /** About how many more rounds would decide. */
  moreRounds: z.number().int().nonnegative().nullable(),
});
export type ComparedRequest = z.infer<typeof ComparedRequest>;

/** What a comparison came to, for the report. */
export const ComparisonReport = z.strictObject({
  engine: z.string(),
  percentile: z.string(),
  margin: z.number(),
  confidence: z.number(),
  seed: z.number(),
  requests: z.array(ComparedRequest),
});
export type ComparisonReport = z.infer<typeof ComparisonReport>;
