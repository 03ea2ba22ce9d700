import type { BaselineEntry, LoadFingerprint } from '../../contract/load/baseline.ts';
import type { LoadResult } from '../../contract/load/load-result.ts';
import type { LoadSetting } from '../../contract/load/load-setting.ts';
import { decodeHistogram } from '../engines/load-recorder.ts';
import { errorClusters } from '../../contract/statistics/clustered-errors.ts';
import { lessThanOrdered } from '../load-finding.ts';
import { hiddenStall } from '../hidden-stall.ts';
import { perAnswerMs } from './compared-rounds.ts';
import { compareErrorShares } from '../../contract/statistics/compare-error-shares.ts';
import { LEAST_RUNS, mostOfAnotherRun } from './other-runs.ts';
import { meanInterval, percentileInterval, type PercentileInterval } from './percentile-interval.ts';
import { percent } from '../../contract/statistics/percent.ts';

/** Percentiles that can be compared. */
export const BASELINE_PERCENTILES = ['p50', 'p95', 'p99'] as const;
export type BaselinePercentile = (typeof BASELINE_PERCENTILES)[number];
const LEVEL: Record<BaselinePercentile, number> = { p50: 50, p95: 95, p99: 99 };

export interface BaselineOptions {
  readonly percentiles: readonly BaselinePercentile[];
  /** How much slower the run may be than the baseline: 0.25 for 25 %. */
  readonly margin: number;
  /** Differences below this many milliseconds are no failure. */
  readonly floorMs: number;
  /** How much greater the share of failed requests may be. */
  readonly errorMargin: number;
}

/** What a run measured, and what it depends on. */
export interface MeasuredLoad {
  readonly fingerprint: LoadFingerprint;
  readonly result: LoadResult;
}

/** A percentile, or the time that a connection of a closed model spends on one answer: its throughput. */
export interface ComparedPercentile {
  readonly percentile: BaselinePercentile | 'time per answer';
  readonly outcome: BaselineAnswer['outcome'];
  readonly then: PercentileInterval;
  readonly now: PercentileInterval;
  /** What a run of the same system as the baseline's would hardly exceed; null where they are too few to tell. */
  readonly usual: number | null;
}

/** A run against the baseline of one load check. */
export interface BaselineAnswer {
  readonly check: string;
  readonly outcome: 'pass' | 'fail' | 'unknown';
  readonly reason: string;
  readonly percentiles: readonly ComparedPercentile[];
}

/** The fingerprint of a result. */
export function fingerprintOf(target: string, result: LoadResult, setting: LoadSetting): LoadFingerprint {
  return {
    target,
    engine: `${result.engine.name} ${result.engine.version}`,
    model: result.model,
    ...setting,
  };
}

/** Every respect in which two results are not alike, in words; empty when they may be compared. */
export function fingerprintDifferences(then: LoadFingerprint, now: LoadFingerprint): readonly string[] {
  const facts = (of: LoadFingerprint): Readonly<Record<string, string>> => ({
    target: of.target,
    address: of.addresses?.join(' ') ?? 'not known',
    engine: of.engine,
    model: of.model,
    'what is sent': of.profile,
    processor: of.machine.cpu,
    cores: String(of.machine.cores),
    memory: `${of.machine.memoryGiB} GiB`,
    platform: of.machine.platform,
    'Node.js': of.machine.node,
  });
  const [before, after] = [facts(then), facts(now)];
  return Object.keys(before)
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name}: ${before[name] ?? ''} then, ${after[name] ?? ''} now`);
}

/**
 * Holds a run against the baseline of its check. Pure. `pass` and `fail` both need evidence: intervals that are too
 * wide, or a place that is not the same, give `unknown`.
 */
export function compareBaseline(
  entry: BaselineEntry,
  now: MeasuredLoad,
  options: BaselineOptions,
): BaselineAnswer {
  const unknown = (reason: string): BaselineAnswer => ({
    check: entry.check,
    outcome: 'unknown',
    reason,
    percentiles: [],
  });
  const differing = fingerprintDifferences(entry.fingerprint, now.fingerprint);
  if (differing.length > 0) return unknown(`not like with like: ${differing.join('; ')}`);
  const { result } = now;
  if (result.faults.length > 0)
    return unknown(`the engine did not work properly: ${result.faults.join('; ')}`);
  if (result.generator.saturated) return unknown('the load generator itself was overloaded');
  if (result.histogram === null) return unknown('the run measured nothing');
  const errors = compareErrorShares(
    { old: entry.runs.flatMap((run) => errorClusters(run.result)), new: errorClusters(result) },
    {
      errorMargin: options.errorMargin,
      confidence: 0.95,
      names: { old: 'the baseline', new: 'this run' },
    },
  );
  const percentiles = [
    ...options.percentiles.map((percentile) =>
      judged(entry, result, percentile, (one) => intervalOf(one, percentile), options),
    ),
    // Percentiles of a closed model hardly show a target that stands still; what each answer takes on average does.
    ...(result.model === 'closed' && options.percentiles.length > 0
      ? [judged(entry, result, 'time per answer', perAnswerInterval, options)]
      : []),
  ];
  if (errors !== undefined && errors.said !== 'unsure')
    return {
      check: entry.check,
      outcome: errors.said === 'fail' ? 'fail' : 'unknown',
      reason: errors.reason,
      percentiles,
    };
  const worst =
    percentiles.find(({ outcome }) => outcome === 'fail') ??
    percentiles.find(({ outcome }) => outcome === 'unknown');
  // Slower under less load is slower all the same; as fast under less load says nothing.
  const short = worst === undefined ? lessThanOrdered(result) : undefined;
  if (short !== undefined) return { ...unknown(short.summary), percentiles };
  const stall = worst?.outcome === 'fail' ? undefined : stallBehind(percentiles, result, options);
  if (stall !== undefined) return { ...unknown(stall), percentiles };
  if (worst === undefined && errors !== undefined) return { ...unknown(errors.reason), percentiles };
  return {
    check: entry.check,
    outcome: worst?.outcome ?? (percentiles.length > 0 ? 'pass' : 'unknown'),
    reason:
      worst === undefined ? passReason(percentiles, options) : reasonOf(worst, options, entry.runs.length),
    percentiles,
  };
}

function intervalOf({ histogram }: LoadResult, percentile: BaselinePercentile): PercentileInterval {
  if (histogram === null) return { value: NaN, lower: 0, upper: Infinity };
  return percentileInterval(decodeHistogram(histogram), LEVEL[percentile]);
}

/** Several runs of the same system differ by more than chance within one of them: all of that belongs to the baseline. */
function widest(intervals: readonly PercentileInterval[]): PercentileInterval {
  const values = intervals.map(({ value }) => value).sort((a, b) => a - b);
  return {
    value: values[Math.floor((values.length - 1) / 2)] ?? NaN,
    lower: Math.min(...intervals.map(({ lower }) => lower)),
    upper: Math.max(...intervals.map(({ upper }) => upper)),
  };
}

/**
 * `pass`: the whole interval of this run is within the margin of all runs of the baseline. `fail`: it is beyond the
 * margin of them all, and also of what another run of the same system would hardly exceed.
 */
function judged(
  entry: BaselineEntry,
  result: LoadResult,
  percentile: ComparedPercentile['percentile'],
  interval: (result: LoadResult) => PercentileInterval,
  { margin, floorMs }: BaselineOptions,
): ComparedPercentile {
  const runs = entry.runs.map((run) => interval(run.result));
  const then = widest(runs);
  const now = interval(result);
  const usual = mostOfAnotherRun(runs.map(({ value }) => value));
  const said = (outcome: BaselineAnswer['outcome']): ComparedPercentile => ({
    percentile,
    outcome,
    then,
    now,
    usual,
  });
  // A bound that is not known compares as false both times.
  if (now.upper <= then.lower * (1 + margin) || now.upper - then.lower < floorMs) return said('pass');
  if (usual === null) return said('unknown');
  const beyond = Math.max(then.upper, usual);
  return said(now.lower > beyond * (1 + margin) && now.lower - beyond >= floorMs ? 'fail' : 'unknown');
}

/** Mean and its interval; where connections waited for what is no answer, what the window divided by its answers is. */
function perAnswerInterval(result: LoadResult): PercentileInterval {
  const value = perAnswerMs(result);
  if (result.histogram === null) return { value, lower: 0, upper: Infinity };
  return meanInterval(decodeHistogram(result.histogram), value);
}

function stallBehind(
  compared: readonly ComparedPercentile[],
  result: LoadResult,
  { margin, floorMs }: BaselineOptions,
): string | undefined {
  for (const { percentile, then } of compared) {
    if (percentile === 'time per answer') continue;
    const limitMs = Math.max(then.value * (1 + margin), then.value + floorMs);
    const hidden = hiddenStall(result, percentile, limitMs);
    if (hidden !== undefined) return hidden;
  }
  return undefined;
}

function reasonOf(
  { percentile, outcome, then, now, usual }: ComparedPercentile,
  { margin }: BaselineOptions,
  runs: number,
): string {
  const allowed = percent(margin, 1);
  const told = `${percentile} was ${span(then)} in the baseline and is ${span(now)} now`;
  if (outcome === 'fail')
    return `${told}, and another run of the same system would hardly exceed ${(usual ?? NaN).toFixed(1)} ms; ${allowed} slower is allowed`;
  if (!Number.isFinite(now.upper) || !Number.isFinite(then.upper))
    return `${told}: too few requests to bound it`;
  if (now.lower > then.upper * (1 + margin)) {
    return usual === null
      ? `${told}: slower, but ${runs} ${runs === 1 ? 'run shows' : 'runs show'} not how much runs of the same system differ (save at least ${LEAST_RUNS} in the baseline, or compare with old in turn)`
      : `${told}: slower, but no more than ${allowed} beyond the ${usual.toFixed(1)} ms that another run of the same system may come to (more runs in the baseline would tell more)`;
  }
  return `${told}: neither shown to be within ${allowed} nor beyond it (more requests, or a larger --margin, would decide)`;
}

function passReason(
  percentiles: readonly ComparedPercentile[],
  { margin, floorMs }: BaselineOptions,
): string {
  if (percentiles.length === 0) return 'no percentile was compared';
  const told = percentiles.map(
    ({ percentile, then, now }) => `${percentile} ${span(then)} then, ${span(now)} now`,
  );
  return `${told.join('; ')}: not slower by more than ${percent(margin, 1)} or ${floorMs} ms`;
}

function span({ value, lower, upper }: PercentileInterval): string {
  const ms = (of: number): string => (Number.isFinite(of) ? of.toFixed(1) : 'unbounded');
  return `${ms(value)} ms (${ms(lower)} to ${ms(upper)})`;
}
