/** Good and bad events of one window. */
export interface WindowCount {
  readonly bad: number;
  readonly total: number;
}

/** One pair of windows: the long one shows that it matters, the short one that it still goes on. */
export interface BurnAlert {
  readonly name: string;
  readonly longMs: number;
  readonly shortMs: number;
  /** How many times faster than allowed the error budget is spent. */
  readonly factor: number;
}

const HOUR_MS = 3_600_000;

/** The windows that are usual for a budget of 30 days. Not for services with little traffic. */
export const USUAL_BURN_ALERTS: readonly BurnAlert[] = [
  { name: 'page, fast', longMs: HOUR_MS, shortMs: HOUR_MS / 12, factor: 14.4 },
  { name: 'page, slow', longMs: 6 * HOUR_MS, shortMs: HOUR_MS / 2, factor: 6 },
  { name: 'ticket', longMs: 72 * HOUR_MS, shortMs: 6 * HOUR_MS, factor: 1 },
];

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

/** Whether a pair of windows fires; undefined when one of them has no events. */
export function burnFires(
  alert: BurnAlert,
  long: WindowCount,
  short: WindowCount,
  objective: number,
): boolean | undefined {
  const [slow, fast] = [burnRate(long, objective), burnRate(short, objective)];
  if (slow === undefined || fast === undefined) return undefined;
  return slow > alert.factor && fast > alert.factor;
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
