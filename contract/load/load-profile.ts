import { z } from 'zod';
import { CheckId } from '../plan/check-id.ts';
import { checkOptions } from '../plan/check-options.ts';
import { Headers } from '../plan/headers.ts';
import { Phase } from '../evidence/outcome.ts';

/** Limits that a load profile must hold. At least one latency or error limit is needed: else it could not fail. */
export const LoadThresholds = z
  .strictObject({
    /** Half of all answers must come within this time, in milliseconds. */
    p50Ms: z.number().positive().optional(),
    /** 95 of 100 answers must come within this time, in milliseconds. */
    p95Ms: z.number().positive().optional(),
    /** 99 of 100 answers must come within this time, in milliseconds. */
    p99Ms: z.number().positive().optional(),
    /** Share of requests that may fail, 0 to below 1. */
    errorRate: z
      .number()
      .min(0)
      .lt(1, 'must be below 1: a share of 1 would accept a target that fails every request')
      .optional(),
    /** Requests per second that must be reached. */
    minimumRate: z.number().positive().optional(),
  })
  .refine((limits) => Object.values(limits).some((limit) => limit !== undefined), {
    message: 'name at least one threshold: a profile without limits could not fail',
  });

export type LoadThresholds = z.infer<typeof LoadThresholds>;

/**
 * Too many errors for a while, although few of all requests fail: the rule of a roll-back, evaluated second by second.
 * `sustained`: every second of so many is above the rate, and one that is not begins anew. `windowed`: the share of the
 * last so many seconds is above it.
 */
const LoadTrigger = z.strictObject({
  /** How the time is counted. */
  kind: z.enum(['sustained', 'windowed']),
  /** How long, in seconds. */
  forS: z
    .number()
    .positive()
    .max(24 * 3600),
  /** A share of failed requests strictly above this is a breach. */
  errorRate: z.number().min(0).lt(1),
  /** Fewer requests within that time do not show that all is well; a breach by fewer must be more than chance. */
  minimumRequests: z.number().int().min(1).default(100),
});

const Request = z.strictObject({
  /** How it is asked; sent without a body. */
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  /** Absolute path, with its query. */
  path: z.string().startsWith('/'),
  /** Which address is asked: a key of `target.urls`. */
  endpoint: z.string().default('app'),
  /** Sent with the request, besides `target.headers`. */
  headers: Headers.optional(),
});

/** What a profile was measured to do before, and how much of a difference is none. */
export const LoadBaseline = z.strictObject({
  /** What `greenlight baseline save` wrote; relative to the plan file. */
  file: z.string().min(1),
  /** How much slower it may be than then: 0.25 for 25 %. */
  margin: z.number().positive().max(10).default(0.25),
  /** Differences below this many milliseconds are no failure. */
  floorMs: z.number().nonnegative().default(5),
  /** How much greater the share of failed requests may be. */
  errorMargin: z.number().min(0).lt(1).default(0.01),
  /** Each must be decided. */
  percentiles: z
    .array(z.enum(['p50', 'p95', 'p99']))
    .min(1)
    .default(['p50', 'p95']),
});
export type LoadBaseline = z.infer<typeof LoadBaseline>;

/**
 * How the load goes. `baseline`: one steady level. `ramp`: up in steps until the thresholds break, to find the knee, the
 * highest level that holds them; where they break, the first level must hold again at the end. `spike`: the usual
 * level, suddenly `peak`, and the usual level again. `stress`: up in steps to `peak` whatever breaks, and then the usual
 * level must hold again. `soak`: one level for long, in slices, which must not become slower.
 */
export const LoadKind = z.enum(['baseline', 'ramp', 'spike', 'soak', 'stress']);
export type LoadKind = z.infer<typeof LoadKind>;

/** More than this is a typing mistake rather than a machine. */
const MOST_PROCESSES = 16;

const KINDS_WITH_PEAK: readonly LoadKind[] = ['ramp', 'spike', 'stress'];

/** A load profile: what is sent, by which engine, how much of it, and what must hold. */
export const LoadProfile = z
  .strictObject({
    id: CheckId,
    /** The statement in words, as reports show it. */
    title: z.string().min(1),
    /** Phases in which this load is made. */
    phases: z.array(Phase).min(1).default(['post-cutover']),
    ...checkOptions,
    kind: LoadKind.default('baseline'),
    /** Who makes the load: `autocannon` comes with the package and knows the closed model only; `k6` is a program. */
    engine: z.enum(['autocannon', 'k6']),
    /** `true`: where the engine's program is not found the check is not applicable instead of unknown. */
    optional: z.boolean().default(false),
    /** Id of a flow of requests, or plain requests; exactly one of the two. */
    flow: z.string().optional(),
    /** Plain requests, sent in turn, instead of a flow. */
    requests: z.array(Request).min(1).optional(),
    /** Connections (autocannon) or virtual users (k6). With a `rate`, k6 takes more where the rate needs them. */
    connections: z.number().int().min(1).max(1000).default(10),
    /**
     * Processes that share the connections; only for autocannon, of which one fills one core. As many as cores are free.
     */
    processes: z
      .number()
      .int()
      .min(1)
      .max(
        MOST_PROCESSES,
        `at most ${MOST_PROCESSES}: one for each free core of this machine, not one for each connection`,
      )
      .default(1),
    /** Arrivals per second (open model). Only k6 can keep it. */
    rate: z.number().positive().max(100_000).optional(),
    /** The highest level of a ramp, spike or stress: arrivals per second where `rate` is given, else connections. */
    peak: z.number().positive().max(100_000).optional(),
    /** Steps from the first level to `peak`, both included. */
    steps: z.number().int().min(2).max(20).default(5),
    /** What must hold at the peak of a spike or stress; default: the error rate of `thresholds` for a spike. */
    atPeak: LoadThresholds.optional(),
    /** Seconds after a peak until the usual level must hold again. */
    recoveryS: z.number().nonnegative().max(600).default(10),
    /** How much slower (p95) the last slices of a soak may be than the first: 0.5 for 50 %. */
    maxDrift: z.number().positive().max(10).default(0.5),
    /** Seconds of one level; of a soak, of all its slices. */
    durationS: z
      .number()
      .positive()
      .max(24 * 3600)
      .default(10),
    /** Load before each level that is not measured, in seconds. */
    warmupS: z.number().nonnegative().max(600).default(1),
    /** A request without an answer for this long has failed, in milliseconds. */
    timeoutMs: z.number().int().positive().max(120_000).default(10_000),
    /** Below this many finished requests nothing passes; a breach by fewer must be more than chance. */
    minimumRequests: z.number().int().min(1).default(100),
    /** What must hold; at least one limit. */
    thresholds: LoadThresholds,
    /** Roll-back rules, evaluated second by second; only for a `baseline`. */
    triggers: z.array(LoadTrigger).min(1).optional(),
    /**
     * What it means that the target limits our rate (429, or 503 with `Retry-After`). Without: no user asks as a
     * generator does, so the answer is unknown, with the rate at which it began. `count`: such answers are errors.
     */
    rateLimits: z.literal('count').optional(),
    /** Only its file, where the rest is as usual. Without that file, or from another place, the answer is unknown. */
    baseline: z
      .union([
        z
          .string()
          .min(1)
          .transform((file) => ({ file }))
          .pipe(LoadBaseline),
        LoadBaseline,
      ])
      .optional(),
  })
  .refine((profile) => (profile.flow === undefined) !== (profile.requests === undefined), {
    message: 'give either "flow" (the id of a flow) or "requests", not both and not neither',
  })
  .refine((profile) => profile.rate === undefined || profile.engine === 'k6', {
    message: 'an arrival rate needs engine "k6": autocannon cannot keep one',
    path: ['rate'],
  })
  .superRefine((profile, context) => {
    const complain = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message, input: profile });
    const { kind, peak, rate, connections, processes } = profile;
    if (processes > 1 && profile.engine !== 'autocannon')
      complain('processes', 'is only for engine "autocannon": k6 uses every core by itself');
    else if (processes > connections)
      complain('processes', `must not be more than connections (${connections}): each needs one at least`);
    if (profile.triggers !== undefined && kind !== 'baseline')
      complain('triggers', `are only for a baseline: the levels of a ${kind} are runs of their own`);
    if (profile.triggers?.some(({ forS }) => forS > profile.durationS))
      complain('triggers', 'a trigger that waits longer than durationS could never fire');
    if (kind === 'ramp' && profile.baseline !== undefined)
      complain('baseline', 'has no meaning in a ramp, which looks for its level anew each time');
    if (!KINDS_WITH_PEAK.includes(kind)) {
      if (peak !== undefined) complain('peak', `has no meaning in a ${kind}`);
      if (profile.atPeak !== undefined) complain('atPeak', `has no meaning in a ${kind}`);
      return;
    }
    if (kind === 'ramp' && profile.atPeak !== undefined) complain('atPeak', 'has no meaning in a ramp');
    const first = rate ?? connections;
    if (peak === undefined) complain('peak', `a ${kind} needs its highest level`);
    else if (peak <= first) complain('peak', `must lie above the first level, ${first}`);
    else if (rate === undefined && (peak > 1000 || !Number.isInteger(peak)))
      complain('peak', 'must be a whole number of connections, at most 1000');
  });
export type LoadProfile = z.infer<typeof LoadProfile>;

/**
 * Whether several machines can make this load together: autocannon has no shares, other kinds choose their levels, and a
 * baseline is about one machine.
 */
export function canBeShared({ engine, kind, baseline }: LoadProfile): boolean {
  return engine === 'k6' && kind === 'baseline' && baseline === undefined;
}

/** Hard limits of all load of a plan. Going beyond takes a deliberate change here, not a typing error in a profile. */
export const LoadCaps = z.strictObject({
  /** Arrivals per second. */
  rate: z.number().positive().default(1000),
  /** Connections, or virtual users, at once. */
  connections: z.number().int().positive().default(200),
  /** Of one profile, with all its levels and pauses. */
  minutes: z.number().positive().default(60),
});
export type LoadCaps = z.infer<typeof LoadCaps>;

/** Slices of a soak; more runs than this refine the knee of a ramp. */
export const SOAK_SLICES = 6;
export const RAMP_REFINEMENTS = 2;

/** How many times an engine is started for a profile, at most. */
export function mostStages(profile: Pick<LoadProfile, 'kind' | 'steps'>): number {
  const stages: Record<LoadKind, number> = {
    baseline: 1,
    ramp: profile.steps + RAMP_REFINEMENTS + 1,
    spike: 3,
    soak: SOAK_SLICES,
    stress: profile.steps + 1,
  };
  return stages[profile.kind];
}

/** The longest that load of a profile is ordered, with warm-ups and pauses, in seconds. */
export function orderedS(profile: LoadProfile): number {
  const stages = mostStages(profile);
  const measured = profile.kind === 'soak' ? profile.durationS : stages * profile.durationS;
  const pause = KINDS_WITH_PEAK.includes(profile.kind) ? profile.recoveryS : 0;
  return measured + stages * profile.warmupS + pause;
}

/** What a profile orders beyond the caps, in words; empty when it keeps them. */
export function beyondCaps(profile: LoadProfile, caps: LoadCaps): readonly string[] {
  const { rate, connections, peak } = profile;
  const minutes = orderedS(profile) / 60;
  const most = (name: string, value: number, cap: number): string[] =>
    value > cap ? [`${name} ${Number(value.toFixed(1))} (cap ${cap})`] : [];
  return [
    ...(rate === undefined ? [] : most('rate', Math.max(rate, peak ?? 0), caps.rate)),
    ...most(
      'connections',
      rate === undefined ? Math.max(connections, peak ?? 0) : connections,
      caps.connections,
    ),
    ...most('minutes', minutes, caps.minutes),
  ];
}
