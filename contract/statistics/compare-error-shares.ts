import { designEffect, type ErrorShare, sumOf } from './clustered-errors.ts';
import { shareLowerBound, shareUpperBound } from './binomial.ts';
import { FAIL_CONFIDENCE } from './certain-breach.ts';

export interface ErrorOptions {
  /** How much greater the share may be on the new side. */
  readonly errorMargin: number;
  readonly confidence: number;
  /** What the two sides are called: "5 % of the requests fail on new, 1 % on old". */
  readonly names: { readonly old: string; readonly new: string };
}

/** Where more of old's own answers fail, its latencies are mostly those of error pages. */
const MOST_OLD_ERRORS = 0.1;

/** What errors say. `unsure` forbids to pass; `unsound` forbids to say anything from latencies. */
export interface ErrorsSaid {
  readonly said: 'fail' | 'unsound' | 'unsure';
  readonly reason: string;
}

/**
 * Judges the difference of two error shares by its interval: Newcombe's, from the exact intervals of both. Fast errors
 * would make any latency look good, so this counts besides latencies. Failures that come together, a restart or a bad
 * second, accuse new of fewer; a side that saw none shows nothing of how they come, and is taken to be as the other one.
 * What is in doubt is unsure anyway, so a pass counts all of them.
 * @param clusters of requests that share their fate
 * @returns undefined when new is shown to fail at most `errorMargin` more
 */
export function compareErrorShares(
  clusters: { readonly old: readonly ErrorShare[]; readonly new: readonly ErrorShare[] },
  { errorMargin, confidence, names }: ErrorOptions,
): ErrorsSaid | undefined {
  const [old, fresh] = [sumOf(clusters.old), sumOf(clusters.new)];
  if (old.total === 0 || fresh.total === 0) return undefined;
  const effects = { old: designEffect(clusters.old), new: designEffect(clusters.new) };
  const worthOld = old.bad === 0 ? effects.new : effects.old;
  const worthNew = fresh.bad === 0 ? effects.old : effects.new;
  const oldShare = old.bad / old.total;
  const newShare = fresh.bad / fresh.total;
  const shown = `${percent(newShare)} of the requests fail on ${names.new}, ${percent(oldShare)} on ${names.old}`;
  const above = ({ bad, total }: ErrorShare, sure: number, worth = 1): number =>
    shareUpperBound(bad / worth, total / worth, sure) - bad / total;
  const below = ({ bad, total }: ErrorShare, sure: number, worth = 1): number =>
    bad / total - shareLowerBound(bad / worth, total / worth, sure);
  const difference = newShare - oldShare;
  const toFail = Math.max(confidence, FAIL_CONFIDENCE);
  if (difference - Math.hypot(below(fresh, toFail, worthNew), above(old, toFail, worthOld)) > errorMargin)
    return { said: 'fail', reason: `${shown}; ${percent(errorMargin)} more is allowed` };
  if (oldShare > MOST_OLD_ERRORS)
    return { said: 'unsound', reason: `${shown}: there is nothing sound to compare with` };
  const most = difference + Math.hypot(above(fresh, confidence), below(old, confidence));
  if (most <= errorMargin) return undefined;
  return {
    said: 'unsure',
    reason: `${shown}: of ${fresh.total} requests that may be up to ${percent(most)} more, and ${percent(errorMargin)} is allowed; more requests would decide`,
  };
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : 'none';
}
