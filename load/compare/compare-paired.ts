import { LEAST_ROUNDS } from '../../contract/load/load-comparison.ts';
import { signFlipInterval, signFlipP } from './sign-flip.ts';

/** One round: both sides measured in the same minute, interleaved. Any positive measure, such as a p95 in milliseconds. */
export interface PairedRound {
  readonly old: number;
  readonly new: number;
}

export interface ComparisonOptions {
  /** How much worse the new side may be: 0.1 for 10 %. */
  readonly margin: number;
  /** Two-sided; default 0.95. */
  readonly confidence?: number;
  readonly seed: number;
  /** Differences below this, in the unit of the measure, are never a failure: they are below what we can tell. */
  readonly floor: number;
}

/** What paired rounds say about new against old. Ratios above 1 are worse. */
export interface Comparison {
  readonly outcome: 'pass' | 'fail' | 'unknown';
  readonly reason: string;
  readonly rounds: number;
  /** Geometric mean of new / old; `null` without rounds. */
  readonly ratio: number | null;
  /** `null` where the rounds cannot bound it. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** p-value of "not worse than the margin allows": small when new is worse; a correction over several requests takes it. */
  readonly pWorse: number;
  /** Whether it passes only because nobody could feel the difference. */
  readonly belowFloor: boolean;
  /** About how many more rounds would decide; `null` when decided, or when no number can be told. */
  readonly moreRounds: number | null;
}

/**
 * Judges new against old from paired rounds, against a non-inferiority margin. Pure and repeatable. `pass` and `fail`
 * both need evidence; a wide interval is `unknown`, however good its middle looks.
 */
export function comparePaired(rounds: readonly PairedRound[], options: ComparisonOptions): Comparison {
  const { margin, seed, floor, confidence = 0.95 } = options;
  const usable = rounds.filter((round) => positive(round.old) && positive(round.new));
  const logs = usable.map((round) => Math.log(round.new / round.old));
  const mean = logs.reduce((total, log) => total + log, 0) / logs.length;
  const bare = { rounds: usable.length, ratio: logs.length === 0 ? null : Math.exp(mean) };
  if (usable.length < LEAST_ROUNDS) {
    return {
      ...bare,
      outcome: 'unknown',
      reason: `only ${usable.length} rounds can be used; ${LEAST_ROUNDS} are the least`,
      lower: null,
      upper: null,
      pWorse: 1,
      belowFloor: false,
      moreRounds: LEAST_ROUNDS - usable.length,
    };
  }
  const limit = Math.log(1 + margin);
  const [low, high] = signFlipInterval(logs, confidence, seed);
  const measured = {
    ...bare,
    lower: Number.isFinite(low) ? Math.exp(low) : null,
    upper: Number.isFinite(high) ? Math.exp(high) : null,
    pWorse: signFlipP(
      logs.map((log) => log - limit),
      seed,
    ),
  };
  const decided = { ...measured, belowFloor: false, moreRounds: null };
  const allowed = `${percent(margin)} worse is allowed`;
  if (high <= limit) {
    return {
      ...decided,
      outcome: 'pass',
      reason: `at most ${percent(Math.exp(high) - 1)} worse; ${allowed}`,
    };
  }
  const differences = usable.map((round) => round.new - round.old);
  const [leastDifference, mostDifference] = signFlipInterval(differences, confidence, seed);
  // The bound and not the middle: among noisy rounds a middle near zero means nothing.
  if (mostDifference < floor) {
    return {
      ...decided,
      outcome: 'pass',
      belowFloor: true,
      reason: `at most ${mostDifference.toPrecision(3)} more, which is below the floor of ${floor}`,
    };
  }
  if (low > limit && leastDifference >= floor) {
    return {
      ...decided,
      outcome: 'fail',
      reason: `at least ${percent(Math.exp(low) - 1)} worse; only ${allowed}`,
    };
  }
  return {
    ...measured,
    belowFloor: false,
    outcome: 'unknown',
    reason: `between ${percent(Math.exp(low) - 1)} and ${percent(Math.exp(high) - 1)} worse; ${allowed}: the rounds do not decide`,
    moreRounds: moreRounds(usable.length, Math.max(high - mean, mean - low), Math.abs(limit - mean)),
  };
}

/** Holm's correction: which of several p-values are small enough when all were looked at together. */
export function holm(values: readonly number[], alpha: number): readonly boolean[] {
  const order = values.map((value, index) => ({ value, index })).sort((a, b) => a.value - b.value);
  const significant = values.map(() => false);
  for (const [rank, { value, index }] of order.entries()) {
    if (value > alpha / (values.length - rank)) break;
    significant[index] = true;
  }
  return significant;
}

/** The width of the interval shrinks with the root of the number of rounds. */
function moreRounds(rounds: number, half: number, distance: number): number | null {
  if (!Number.isFinite(half) || distance === 0) return null;
  const needed = Math.ceil(rounds * (half / distance) ** 2);
  return Math.max(1, needed - rounds);
}

function positive(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : 'any amount';
}
