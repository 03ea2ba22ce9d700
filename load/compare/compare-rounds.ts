import {
  type ComparedRequest,
  type LoadComparison,
  samplesPerRatio,
} from '../../contract/load/load-comparison.ts';
import { errorShareOf, type ErrorShare, sumOf } from '../../contract/statistics/clustered-errors.ts';
import { hiddenStall } from '../hidden-stall.ts';
import { mergeResults } from '../merge-results.ts';
import { type Controlled, againstControl } from './against-control.ts';
import { believable, type ComparedRound, perAnswerMs, pooled, showingSlow } from './compared-rounds.ts';
import { compareErrorShares, type ErrorsSaid } from '../../contract/statistics/compare-error-shares.ts';

/** All rounds of one request, in the order in which they were measured. */
export interface RequestRounds {
  /** Such as `GET /products`. */
  readonly request: string;
  readonly rounds: readonly ComparedRound[];
}

/** What was measured of one request, before the requests are looked at together. */
export interface ComparedRounds {
  readonly request: string;
  readonly errors: ErrorsSaid | undefined;
  /** What the closed model hides about new; undefined when it hides nothing. */
  readonly stall: string | undefined;
  /** The percentile first; in a closed model also the time per answer. */
  readonly measures: readonly Measure[];
  readonly shown: Pick<
    ComparedRequest,
    'rounds' | 'control' | 'perAnswer' | 'old' | 'new' | 'oldErrors' | 'newErrors'
  >;
}

/** One thing in which new may be slower. */
export interface Measure extends Controlled {
  readonly name: string;
  /** About how many more rounds of the plan would decide. */
  readonly moreRounds: number | null;
}

/** Judges one request by itself. Pure. */
export function compareRounds(
  comparison: LoadComparison,
  { request, rounds }: RequestRounds,
): ComparedRounds {
  const { margin, confidence, seed, floorMs: floor, percentile } = comparison;
  const ordered = believable(rounds);
  const slow = showingSlow(rounds);
  const compare = (
    name: string,
    from: readonly ComparedRound[],
    value: (round: ComparedRound['old']) => number,
  ): Measure => {
    const said = againstControl(
      from.map((round) => ({
        old: value(round.old),
        'old-again': value(round['old-again']),
        new: value(round.new),
      })),
      { margin, confidence, seed, floor },
    );
    const factor = from.length === 0 ? 1 : rounds.length / from.length;
    return {
      ...said,
      name,
      moreRounds: said.moreRounds === null ? null : Math.ceil(said.moreRounds * factor),
    };
  };
  const byPercentile = (from: readonly ComparedRound[]): Measure => {
    const ratios = pooled(from, samplesPerRatio(comparison));
    const said = compare(percentile, ratios, ({ latency }) => latency?.[percentile] ?? NaN);
    return { ...said, reason: `${said.reason}${leftOut(comparison, rounds, from, ratios)}` };
  };
  const underLess = slow.length > ordered.length ? byPercentile(slow) : undefined;
  const usable = underLess?.outcome === 'fail' ? slow : ordered;
  const main = underLess?.outcome === 'fail' ? underLess : byPercentile(ordered);
  const closed = usable.every((round) => round.new.model === 'closed');
  const perAnswer = closed && usable.length > 0 ? compare('time per answer', usable, perAnswerMs) : undefined;
  const overall = { old: together(usable, 'old'), new: together(usable, 'new') };
  const oldMs = overall.old?.latency?.[percentile];
  const errors = errorShares(rounds);
  const { decisive, control } = main;
  return {
    request,
    errors: compareErrorShares(errors, { ...comparison, names: { old: 'old', new: 'new' } }),
    stall:
      overall.new === undefined || oldMs === undefined
        ? undefined
        : hiddenStall(overall.new, percentile, Math.max(oldMs * (1 + margin), oldMs + floor)),
    measures: [main, ...(perAnswer === undefined ? [] : [perAnswer])],
    shown: {
      rounds: decisive.rounds,
      control: intervalOf(control),
      ...(perAnswer === undefined ? {} : { perAnswer: intervalOf(perAnswer.decisive) }),
      old: shownMs(oldMs),
      new: shownMs(overall.new?.latency?.[percentile]),
      oldErrors: shareOf(sumOf(errors.old)),
      newErrors: shareOf(sumOf(errors.new)),
    },
  };
}

/** Why fewer ratios than rounds were compared, in words. */
function leftOut(
  comparison: LoadComparison,
  rounds: readonly ComparedRound[],
  usable: readonly ComparedRound[],
  ratios: readonly ComparedRound[],
): string {
  const lost = rounds.length - usable.length;
  const samples = samplesPerRatio(comparison);
  const few = ratios.length < usable.length;
  const answers = Math.min(
    ...(['old', 'old-again', 'new'] as const).map((side) =>
      usable.reduce((sum, round) => sum + (round[side].latency?.samples ?? 0), 0),
    ),
  );
  const parts = [
    ...(lost > 0
      ? [`${lost} of ${rounds.length} rounds left out: an overloaded generator, or less load than ordered`]
      : []),
    ...(few
      ? [
          `${usable.length} rounds with ${answers} answers of the slowest side make ${ratios.length} ratios of ${samples}`,
        ]
      : []),
  ];
  return parts.length === 0 ? '' : ` (${parts.join('; ')})`;
}

/**
 * Every measurement is one cluster. A request that nobody answered may be our own doing in a round in which we were
 * overloaded; a wrong answer is not.
 */
function errorShares(rounds: readonly ComparedRound[]): {
  readonly old: readonly ErrorShare[];
  readonly new: readonly ErrorShare[];
} {
  const shares = (sides: readonly (keyof ComparedRound)[]): readonly ErrorShare[] =>
    rounds.flatMap((round) => {
      const ours = Object.values(round).some(({ generator }) => generator.saturated);
      return sides.map((side) => errorShareOf([round[side]], ours));
    });
  return { old: shares(['old', 'old-again']), new: shares(['new']) };
}

function together(
  rounds: readonly ComparedRound[],
  side: keyof ComparedRound,
): ComparedRound['old'] | undefined {
  if (rounds.length === 0) return undefined;
  return mergeResults(
    rounds.map((round) => round[side]),
    'in-turn',
  );
}

function intervalOf({ ratio, lower, upper }: Controlled['decisive']): ComparedRequest['control'] {
  return { ratio, lower, upper };
}

function shownMs(value: number | undefined): number | null {
  return value === undefined ? null : Number(value.toFixed(2));
}

function shareOf({ bad, total }: ErrorShare): number | null {
  return total === 0 ? null : bad / total;
}
