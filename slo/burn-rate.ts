import { ROUNDING } from './limits.ts';

/** Good and bad events of one window. */
export interface WindowCount {
  readonly bad: number;
  readonly total: number;
}

/**
 * How many times faster than the objective allows the error budget is spent; 1 spends it exactly.
 * @param objective share of good events, for example 0.999
 * @returns undefined without events: no traffic is not a healthy service
 */
export function burnRate(count: WindowCount, objective: number): number | undefined {
  if (!(objective > 0 && objective < 1))
    throw new Error(`the objective ${objective} must lie between 0 and 1`);
  return count.total > 0 ? count.bad / count.total / (1 - objective) : undefined;
}

/** Whether the budget burns faster than so many times, over both windows; undefined when one of them has no events. */
export function burnFires(
  factor: number,
  long: WindowCount,
  short: WindowCount,
  objective: number,
): boolean | undefined {
  const [slow, fast] = [burnRate(long, objective), burnRate(short, objective)];
  if (slow === undefined || fast === undefined) return undefined;
  return slow > factor + ROUNDING && fast > factor + ROUNDING;
}

/**
 * The share of a period's error budget that a stretch such as a cut-over has spent; above 1 it is used up.
 * @param expectedTotal events that the whole period is expected to bring
 */
export function budgetSpent(bad: number, expectedTotal: number, objective: number): number | undefined {
  if (!(objective > 0 && objective < 1))
    throw new Error(`the objective ${objective} must lie between 0 and 1`);
  return expectedTotal > 0 ? bad / (expectedTotal * (1 - objective)) : undefined;
}
