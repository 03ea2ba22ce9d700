import { type ComparedSide, LEAST_ROUNDS } from '../../contract/load/load-comparison.ts';
import { comparePaired, type Comparison, type ComparisonOptions } from './compare-paired.ts';

/** One measure of all sides within the same few seconds, such as a p95 in milliseconds. */
export type SidesRound = Readonly<Record<ComparedSide, number>>;

/** New against old, and what old against itself has to say about that. */
export interface Controlled {
  readonly outcome: Comparison['outcome'];
  readonly reason: string;
  /** New against that measurement of old which decides. */
  readonly decisive: Comparison;
  /** The second measurement of old against the first. */
  readonly control: Comparison;
  /** Old is shown to differ from itself by more than the margin: nothing that was measured here can be believed. */
  readonly noisy: boolean;
  /** For a correction over several requests: small when new is worse than both measurements of old. */
  readonly pWorse: number;
  readonly moreRounds: number | null;
}

/**
 * Judges new against both measurements of old. Pure.
 *
 * `fail` needs new to be worse than the margin allows against each of them, so a difference that old shows to itself
 * cannot carry it. `pass` needs new to be within the margin of each, and old to be within the margin of itself in both
 * directions: where the same system cannot be shown to be as fast as itself, no other can. All parts must hold, each at
 * the full level, so their number needs no correction.
 */
export function againstControl(rounds: readonly SidesRound[], options: ComparisonOptions): Controlled {
  const whole = rounds.filter((round) =>
    Object.values(round).every((value) => value > 0 && value < Infinity),
  );
  const compare = (one: ComparedSide, other: ComparedSide): Comparison =>
    comparePaired(
      whole.map((round) => ({ old: round[one], new: round[other] })),
      options,
    );
  const against = [compare('old', 'new'), compare('old-again', 'new')] as const;
  const control = compare('old', 'old-again');
  const itself = [control, compare('old-again', 'old')];
  const [harsher, milder] = against[0].pWorse <= against[1].pWorse ? against : [against[1], against[0]];
  const frame = { control, noisy: false, pWorse: milder.pWorse, moreRounds: null };

  if (whole.length < LEAST_ROUNDS) return { ...frame, ...unknown(against[0]) };
  const differs = itself.find(({ outcome }) => outcome === 'fail');
  if (differs !== undefined) {
    return {
      ...frame,
      ...unknown(against[0]),
      noisy: true,
      reason: `the old system differs from itself (${differs.reason}): this place is too noisy`,
      moreRounds: null,
    };
  }
  const undecided = against.filter(({ outcome }) => outcome === 'unknown');
  const [first] = undecided;
  if (first !== undefined) return { ...frame, ...unknown(first), moreRounds: most(undecided) };
  if (harsher.outcome !== milder.outcome) {
    return {
      ...frame,
      ...unknown(milder),
      reason: `against one measurement of old ${harsher.reason}, against the other ${milder.reason}: the rounds do not decide`,
    };
  }
  if (milder.outcome === 'fail')
    return { ...frame, outcome: 'fail', reason: milder.reason, decisive: milder };
  const unsure = itself.filter(({ outcome }) => outcome !== 'pass');
  const [doubt] = unsure;
  if (doubt !== undefined) {
    return {
      ...frame,
      ...unknown(harsher),
      reason: `old itself is not shown to be as fast as old (${doubt.reason}), so nothing can be`,
      moreRounds: most(unsure),
    };
  }
  return { ...frame, outcome: 'pass', reason: harsher.reason, decisive: harsher };
}

function unknown(decisive: Comparison): Pick<Controlled, 'outcome' | 'reason' | 'decisive' | 'moreRounds'> {
  return { outcome: 'unknown', reason: decisive.reason, decisive, moreRounds: decisive.moreRounds };
}

/** All must be decided, so the slowest counts. */
function most(comparisons: readonly Comparison[]): number | null {
  const known = comparisons.flatMap(({ moreRounds }) => (moreRounds === null ? [] : [moreRounds]));
  return known.length < comparisons.length ? null : Math.max(...known);
}
