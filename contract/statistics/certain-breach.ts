import { shareLowerBound } from './binomial.ts';

/** A roll-back costs more than a repetition, so chance must be this unlikely. */
export const FAIL_CONFIDENCE = 0.99;

/** A single bad thing is what any system shows now and then, however small the share that is allowed. */
const MORE_THAN_ONE = 1.5;

/**
 * Whether so many bad ones are more than chance explains, if no more than `limit` of all are bad: one-sided, with 99 %
 * confidence (Clopper and Pearson). Floors of samples guard passes; a breach needs this, however few were seen. Pure.
 * @param bad need not be whole, nor need `total`: things that depend on each other count for fewer
 */
export function breachIsCertain(bad: number, total: number, limit: number): boolean {
  // Where none is allowed, one is a breach that nothing explains.
  if (limit <= 0) return bad > 0;
  return bad >= MORE_THAN_ONE && shareLowerBound(bad, total, FAIL_CONFIDENCE) > limit;
}
