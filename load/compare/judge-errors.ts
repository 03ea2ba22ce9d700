import type { LoadResult } from '../../contract/load-result.ts';
import { shareLowerBound, shareUpperBound } from '../slo/binomial.ts';

/** How many of how many requests failed. */
export interface ErrorShare {
  readonly bad: number;
  readonly total: number;
}

export interface ErrorOptions {
  /** How much greater the share may be on the new side. */
  readonly errorMargin: number;
  readonly confidence: number;
  /** What the two sides are called: "5 % of the requests fail on new, 1 % on old". */
  readonly names: { readonly old: string; readonly new: string };
}

/** Where more of old's own answers fail, its latencies are mostly those of error pages. */
const MOST_OLD_ERRORS = 0.1;

/** Failed requests of several results together. Requests that our own overload may have lost are no errors of theirs. */
export function errorShareOf(results: readonly LoadResult[], ourOverload = false): ErrorShare {
  const sum = (of: (result: LoadResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  return {
    bad: sum(
      ({ errors }) =>
        errors.status + errors.assertion + (ourOverload ? 0 : errors.timeout + errors.connection),
    ),
    total: sum(({ requests }) => requests),
  };
}

/** What errors say. `unsure` forbids to pass; `unsound` forbids to say anything from latencies. */
export interface ErrorsSaid {
  readonly said: 'fail' | 'unsound' | 'unsure';
  readonly reason: string;
}

/**
 * Judges the difference of two error shares by its interval: Newcombe's, from the exact intervals of both. Fast errors
 * would make any latency look good, so this counts besides latencies.
 * @returns undefined when new is shown to fail at most `errorMargin` more
 */
export function judgeErrors(
  { old, new: fresh }: { readonly old: ErrorShare; readonly new: ErrorShare },
  { errorMargin, confidence, names }: ErrorOptions,
): ErrorsSaid | undefined {
  if (old.total === 0 || fresh.total === 0) return undefined;
  const oldShare = old.bad / old.total;
  const newShare = fresh.bad / fresh.total;
  const shown = `${percent(newShare)} of the requests fail on ${names.new}, ${percent(oldShare)} on ${names.old}`;
  const above = (share: ErrorShare): number =>
    shareUpperBound(share.bad, share.total, confidence) - share.bad / share.total;
  const below = (share: ErrorShare): number =>
    share.bad / share.total - shareLowerBound(share.bad, share.total, confidence);
  const difference = newShare - oldShare;
  if (difference - Math.hypot(below(fresh), above(old)) > errorMargin)
    return { said: 'fail', reason: `${shown}; ${percent(errorMargin)} more is allowed` };
  if (oldShare > MOST_OLD_ERRORS)
    return { said: 'unsound', reason: `${shown}: there is nothing sound to compare with` };
  const most = difference + Math.hypot(above(fresh), below(old));
  if (most <= errorMargin) return undefined;
  return {
    said: 'unsure',
    reason: `${shown}: of ${fresh.total} requests that may be up to ${percent(most)} more, and ${percent(errorMargin)} is allowed; more requests would decide`,
  };
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : 'none';
}
