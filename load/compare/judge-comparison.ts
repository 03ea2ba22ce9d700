import type { Finding } from '../../contract/finding.ts';
import {
  type ComparedRequest,
  type ComparedSide,
  COMPARED_SIDES,
  type LoadComparison,
} from '../../contract/load-comparison.ts';
import type { LoadResult } from '../../contract/load-result.ts';
import type { Outcome } from '../../contract/outcome.ts';
import type { ControlAnswer } from '../../safety/ask-control.ts';
import { lessThanOrdered } from '../judge-load.ts';
import { mergeResults } from '../merge-results.ts';
import { comparePaired, type Comparison, holm, withControl } from './compare-paired.ts';
import { errorShareOf, judgeErrors, type ErrorShare } from './judge-errors.ts';

/** One request, measured on every side within the same few seconds. */
export type ComparedRound = Readonly<Record<ComparedSide, LoadResult>>;

/** All rounds of one request, in the order in which they were measured. */
export interface RequestRounds {
  /** Such as `GET /products`. */
  readonly request: string;
  readonly rounds: readonly ComparedRound[];
}

export interface ComparisonEvidence {
  readonly comparison: LoadComparison;
  readonly requests: readonly RequestRounds[];
  /** Asked when new could not be reached. */
  readonly control: ControlAnswer;
}

type Judged = ComparedRequest & { readonly pWorse: number };

/**
 * Judges new against old for every request of a comparison. Pure. `pass` needs every request to be shown as not worse
 * than the margin allows; a request that is worse makes it `fail`, unless it is only the one of many that chance gives.
 */
export function judgeComparison(evidence: ComparisonEvidence): Finding {
  const { comparison, requests } = evidence;
  const silence = notMeasured(evidence);
  if (silence !== undefined) return silence;
  const judged = corrected(
    requests.map((one) => judgeRequest(comparison, one)),
    comparison.confidence,
  );
  const worst =
    judged.find(({ outcome }) => outcome === 'fail') ?? judged.find(({ outcome }) => outcome === 'unknown');
  const samples = requests.flatMap(({ rounds }) => rounds.map((round) => round.new.requests));
  const engine = requests[0]?.rounds[0]?.new.engine;
  const measured = worst?.ratio === undefined || worst.ratio === null ? undefined : times(worst.ratio);
  return {
    check: comparison.id,
    outcome: worst?.outcome ?? 'pass',
    summary:
      worst === undefined
        ? `${judged.length === 1 ? 'The request is' : `All ${judged.length} requests are`} at most ${times(1 + comparison.margin)} as slow as on old (${judged.map(({ request, reason }) => `${request}: ${reason}`).join('; ')})`
        : `${worst.request}: ${worst.reason}`,
    ...(worst === undefined
      ? {}
      : {
          cause: worst.outcome === 'fail' ? 'slower-than-old' : 'not-decided',
          ...(measured === undefined ? {} : { measured: `${measured} of old` }),
          expected: `<= ${times(1 + comparison.margin)} of old`,
          remedy: remedyOf(worst),
        }),
    sampleSize: samples.reduce((total, count) => total + count, 0),
    detail: {
      kind: 'comparison',
      comparison: {
        engine: engine === undefined ? comparison.engine : `${engine.name} ${engine.version}`,
        percentile: comparison.percentile,
        margin: comparison.margin,
        confidence: comparison.confidence,
        seed: comparison.seed,
        requests: judged.map(({ pWorse: _, ...shown }) => shown),
      },
    },
  };
}

function notMeasured({ comparison, requests, control }: ComparisonEvidence): Finding | undefined {
  const all = requests.flatMap(({ rounds }) =>
    rounds.flatMap((round) => COMPARED_SIDES.map((side) => ({ side, result: round[side] }))),
  );
  const said = (outcome: Outcome, cause: string, summary: string, remedy: string): Finding => ({
    check: comparison.id,
    outcome,
    cause,
    summary,
    remedy,
    sampleSize: 0,
  });
  const fault = all.find(({ result }) => result.faults.length > 0);
  if (fault !== undefined) {
    const text = `The load engine did not work properly: ${fault.result.faults.join('; ')}`;
    return said('unknown', 'engine-fault', text, 'correct the cause and repeat');
  }
  const away = all.find(({ result }) => result.unreachable !== undefined);
  if (away !== undefined) {
    // Only new is judged here. That old is gone says nothing about new.
    const isNew = away.side === 'new' && control === 'answers';
    return said(
      isNew ? 'fail' : 'unknown',
      'unreachable',
      `${away.side === 'new' ? 'New' : 'Old'} could not be reached, so nothing was compared: ${away.result.unreachable}`,
      isNew
        ? 'see the readiness checks'
        : 'both systems must answer while they are compared; with target.control set, a dead target can be told from a dead network',
    );
  }
  if (all.length === 0)
    return said('unknown', 'no-samples', 'Not one round was measured', 'see the log of the run');
  return undefined;
}

function judgeRequest(comparison: LoadComparison, { request, rounds }: RequestRounds): Judged {
  const { margin, confidence, seed, floorMs, percentile, minimumSamples } = comparison;
  const usable = rounds.filter((round) =>
    COMPARED_SIDES.every((side) => {
      const { latency, generator } = round[side];
      const enough = latency !== null && latency.samples >= minimumSamples;
      return enough && !generator.saturated && lessThanOrdered(round[side]) === undefined;
    }),
  );
  const value = (round: ComparedRound, side: ComparedSide): number =>
    round[side].latency?.[percentile] ?? NaN;
  const compare = (one: ComparedSide, floor: number): Comparison =>
    comparePaired(
      usable.map((round) => ({ old: value(round, 'old'), new: value(round, one) })),
      { margin, confidence, seed, floor },
    );
  const control = compare('old-again', 0);
  const bare = compare('new', floorMs);
  // A difference that nobody could feel stands, however much old differs from itself by less than that.
  const slower = bare.belowFloor ? bare : withControl(bare, control, margin);
  const errors = errorShares(rounds);
  const errorsSay = judgeErrors(errors, { ...comparison, names: { old: 'old', new: 'new' } });
  const dropped = rounds.length - usable.length;
  const said = errorsSay ?? slower;
  return {
    request,
    outcome: said.outcome,
    reason:
      said === slower && dropped > 0
        ? `${slower.reason} (${dropped} of ${rounds.length} rounds left out: too few answers, an overloaded generator, or less load than ordered)`
        : said.reason,
    rounds: slower.rounds,
    ratio: slower.ratio,
    lower: slower.lower,
    upper: slower.upper,
    control: { ratio: control.ratio, lower: control.lower, upper: control.upper },
    old: overall(usable, 'old', percentile),
    new: overall(usable, 'new', percentile),
    oldErrors: errors.old.total === 0 ? null : errors.old.bad / errors.old.total,
    newErrors: errors.new.total === 0 ? null : errors.new.bad / errors.new.total,
    moreRounds: said === slower ? slower.moreRounds : null,
    // Errors are no matter of chance among many requests: their own interval has judged them.
    pWorse: said === slower ? slower.pWorse : 0,
  };
}

function errorShares(rounds: readonly ComparedRound[]): {
  readonly old: ErrorShare;
  readonly new: ErrorShare;
} {
  const share = (sides: readonly ComparedSide[]): ErrorShare =>
    errorShareOf(rounds.flatMap((round) => sides.map((side) => round[side])));
  return { old: share(['old', 'old-again']), new: share(['new']) };
}

/** Holm's correction over the requests: of many, one looks worse by chance alone. */
function corrected(judged: readonly Judged[], confidence: number): readonly Judged[] {
  const significant = holm(
    judged.map(({ pWorse }) => pWorse),
    (1 - confidence) / 2,
  );
  return judged.map((one, index) =>
    one.outcome === 'fail' && significant[index] !== true
      ? {
          ...one,
          outcome: 'unknown',
          reason: `${one.reason}; among ${judged.length} requests that may be chance`,
          moreRounds: one.rounds,
        }
      : one,
  );
}

function overall(
  rounds: readonly ComparedRound[],
  side: ComparedSide,
  percentile: LoadComparison['percentile'],
): number | null {
  if (rounds.length === 0) return null;
  const merged = mergeResults(
    rounds.map((round) => round[side]),
    'in-turn',
  );
  return merged.latency === null ? null : Number(merged.latency[percentile].toFixed(2));
}

function remedyOf(worst: ComparedRequest): string {
  if (worst.outcome === 'fail') return 'find out what new does longer for this request, or raise the margin';
  return worst.moreRounds === null
    ? 'repeat it on a quieter machine, with more answers per round (blockS, connections)'
    : `about ${worst.moreRounds} more rounds would decide: raise rounds to ${worst.rounds + worst.moreRounds}`;
}

function times(ratio: number): string {
  return `${ratio.toFixed(2)} times`;
}
