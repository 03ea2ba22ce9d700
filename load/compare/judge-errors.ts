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

/** Failed requests of several results together. */
export function errorShareOf(results: readonly LoadResult[]): ErrorShare {
  const sum = (of: (result: LoadResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  return {
    bad: sum(({ errors }) => errors.status + errors.timeout + errors.connection + errors.assertion),
    total: sum(({ requests }) => requests),
  };
}

/**
 * Fast errors would make any latency look good, so they are judged first.
 * @returns undefined when they leave the word to the latencies
 */
export function judgeErrors(
  { old, new: fresh }: { readonly old: ErrorShare; readonly new: ErrorShare },
  { errorMargin, confidence, names }: ErrorOptions,
): { readonly outcome: 'fail' | 'unknown'; readonly reason: string } | undefined {
  const oldShare = old.bad / old.total;
  const newShare = fresh.bad / fresh.total;
  const shown = `${percent(newShare)} of the requests fail on ${names.new}, ${percent(oldShare)} on ${names.old}`;
  if (newShare - oldShare > errorMargin) {
    const sure =
      shareLowerBound(fresh.bad, fresh.total, confidence) >
      shareUpperBound(old.bad, old.total, confidence) + errorMargin;
    return sure
      ? { outcome: 'fail', reason: `${shown}; ${percent(errorMargin)} more is allowed` }
      : { outcome: 'unknown', reason: `${shown}: too few requests to tell whether that is chance` };
  }
  if (oldShare > MOST_OLD_ERRORS) {
    return { outcome: 'unknown', reason: `${shown}: there is nothing sound to compare with` };
  }
  return undefined;
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : 'none';
}
