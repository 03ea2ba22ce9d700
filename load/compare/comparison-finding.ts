import type { Finding } from '../../contract/evidence/finding.ts';
import {
  type ComparedRequest,
  COMPARED_SIDES,
  type LoadComparison,
  MOST_ROUNDS,
} from '../../contract/load/load-comparison.ts';
import type { Outcome } from '../../contract/evidence/outcome.ts';
import type { ControlAnswer } from '../../safety/ask-control.ts';
import { holm } from './compare-paired.ts';
import { type ComparedRounds, compareRounds, type Measure, type RequestRounds } from './compare-rounds.ts';

export interface ComparisonEvidence {
  readonly comparison: LoadComparison;
  readonly requests: readonly RequestRounds[];
  /** Asked when new could not be reached. */
  readonly control: ControlAnswer;
}

type Answered = ComparedRequest & { readonly cause: string; readonly remedy: string };

/**
 * Judges new against old for every request of a comparison. Pure. `pass` needs every request to be shown as not worse
 * than the margin allows; a request that is worse makes it `fail`, unless it is only the one of many that chance gives.
 * Where old differs from itself in one request, no latency of any request decides.
 */
export function comparisonFinding(evidence: ComparisonEvidence): Finding {
  const { comparison, requests } = evidence;
  const silence = notMeasured(evidence);
  if (silence !== undefined) return silence;
  const answered = answers(
    requests.map((one) => compareRounds(comparison, one)),
    comparison,
  );
  const worst =
    answered.find(({ outcome }) => outcome === 'fail') ??
    answered.find(({ cause }) => cause === 'too-noisy') ??
    answered.find(({ outcome }) => outcome === 'unknown');
  const samples = requests.flatMap(({ rounds }) => rounds.map((round) => round.new.requests));
  const engine = requests[0]?.rounds[0]?.new.engine;
  const measured = worst?.ratio === undefined || worst.ratio === null ? undefined : times(worst.ratio);
  return {
    check: comparison.id,
    outcome: worst?.outcome ?? 'pass',
    summary:
      worst === undefined
        ? `New is not slower than old by more than ${Number((comparison.margin * 100).toFixed(1))} % or ${comparison.floorMs} ms: ${answered.map(({ request, reason }) => `${request}: ${reason}`).join('; ')}`
        : `${worst.request}: ${worst.reason}`,
    ...(worst === undefined
      ? {}
      : {
          cause: worst.cause,
          ...(measured === undefined || worst.cause === 'more-errors'
            ? {}
            : { measured: `${measured} of old` }),
          ...(worst.cause === 'more-errors' ? {} : { expected: `<= ${times(1 + comparison.margin)} of old` }),
          remedy: worst.remedy,
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
        requests: answered.map(({ cause: _cause, remedy: _remedy, ...shown }) => shown),
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

/** Looks at all requests together: chance makes one of many look worse, and noise in one place is noise in all. */
function answers(judged: readonly ComparedRounds[], comparison: LoadComparison): readonly Answered[] {
  const all = judged.flatMap(({ measures }) => measures);
  // Every measure counts, whatever else its request comes to: leaving one out would loosen the correction of the others.
  const significant = holm(
    all.map(({ pWorse }) => pWorse),
    (1 - comparison.confidence) / 2,
  );
  const chance = new Set(
    all.filter(({ outcome }, index) => outcome === 'fail' && significant[index] !== true),
  );
  const noisy = judged.find(({ measures }) => measures.some((measure) => measure.noisy));
  return judged.map((one): Answered => {
    const failed = one.measures.find((measure) => measure.outcome === 'fail' && !chance.has(measure));
    const undecided =
      one.measures.find(({ outcome }) => outcome === 'unknown') ??
      one.measures.find((measure) => chance.has(measure));
    const [main] = one.measures;
    const say = (
      outcome: ComparedRequest['outcome'],
      cause: string,
      reason: string,
      remedy: string,
      measure: Measure | undefined = main,
    ): Answered => ({
      request: one.request,
      outcome,
      cause,
      reason,
      remedy,
      ...one.shown,
      ratio: measure?.decisive.ratio ?? null,
      lower: measure?.decisive.lower ?? null,
      upper: measure?.decisive.upper ?? null,
      moreRounds: null,
    });
    if (one.errors?.said === 'fail')
      return say(
        'fail',
        'more-errors',
        one.errors.reason,
        'see which answers of new are wrong, or raise errorMargin',
      );
    if (one.errors?.said === 'unsound')
      return say('unknown', 'old-fails', one.errors.reason, 'repair old, or compare another request');
    if (noisy !== undefined) {
      const own = one.measures.find((measure) => measure.noisy);
      const reason =
        own === undefined ? `not decided, because of ${noisy.request} this place is too noisy` : told(own);
      return say(
        'unknown',
        own === undefined ? 'not-decided' : 'too-noisy',
        reason,
        'repeat it on a quieter machine, with more answers per round (blockS, connections)',
      );
    }
    if (failed !== undefined)
      return say(
        'fail',
        'slower-than-old',
        told(failed),
        'find out what new does longer for this request, or raise the margin',
        failed,
      );
    if (one.stall !== undefined)
      return say(
        'unknown',
        'stall-hidden',
        `on new ${one.stall}`,
        'look why new stands still; engine "k6" with a rate measures what users then see',
      );
    if (undecided !== undefined) {
      const byChance = chance.has(undecided);
      const more = byChance ? undecided.decisive.rounds : undecided.moreRounds;
      const within = more !== null && comparison.rounds + more <= MOST_ROUNDS ? more : null;
      const reason = byChance
        ? `${told(undecided)}; among ${all.length} measures that may be chance`
        : told(undecided);
      return {
        ...say('unknown', 'not-decided', reason, moreOf(comparison, more), undecided),
        moreRounds: within,
      };
    }
    if (one.errors !== undefined)
      return say(
        'unknown',
        'not-decided',
        one.errors.reason,
        'raise rounds, blockS or connections, or errorMargin',
      );
    return say('pass', '', one.measures.map(told).join(', '), '');
  });
}

function told({ name, reason }: Measure): string {
  return `${name} ${reason}`;
}

function moreOf({ rounds }: LoadComparison, more: number | null): string {
  const quieter = 'repeat it on a quieter machine, with more answers per round (blockS, connections)';
  if (more === null) return quieter;
  return rounds + more <= MOST_ROUNDS
    ? `about ${more} more rounds would decide: raise rounds to ${rounds + more}`
    : `about ${more} more rounds would decide, and ${MOST_ROUNDS} is the most there can be: ${quieter}, or raise the margin`;
}

function times(ratio: number): string {
  return `${ratio.toFixed(2)} times`;
}
