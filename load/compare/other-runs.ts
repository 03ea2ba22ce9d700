/** Of fewer runs nothing can be said about another one: their spread is hardly known. */
export const LEAST_RUNS = 3;

/** Quantiles of Student's t at 97.5 %, for 1 and more degrees of freedom; beyond, that of the last. */
const T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

/**
 * What another run of the same system exceeds in one case of 40, from how much its runs differed: the upper end of the
 * prediction interval of their logarithms. Runs that were not made in turn differ by more than their requests tell, for
 * every day the machine is another; so only runs can say how much.
 * @param values one of each run, such as its p95 in milliseconds
 * @returns null for fewer than three runs, or where one measured nothing
 */
export function mostOfAnotherRun(values: readonly number[]): number | null {
  if (values.length < LEAST_RUNS || !values.every((value) => value > 0 && value < Infinity)) return null;
  const logs = values.map((value) => Math.log(value));
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1);
  const t = studentQuantile(logs.length - 1);
  return Math.exp(mean + t * Math.sqrt(variance * (1 + 1 / logs.length)));
}

/** @param freedom degrees of it, from 1 */
export function studentQuantile(freedom: number): number {
  return T[Math.min(freedom, T.length) - 1] ?? NaN;
}
