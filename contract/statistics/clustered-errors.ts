import type { LoadResult } from '../load/load-result.ts';

/** How many of how many requests failed. */
export interface ErrorShare {
  readonly bad: number;
  readonly total: number;
}

/** So many stretches show how much errors come together; shorter ones would be cut through by one outage. */
const STRETCHES = 20;
/** Of fewer stretches nothing can be said about how they differ. */
const LEAST_CLUSTERS = 3;

/**
 * The failed requests of a result, by stretches of its window of at least a second: requests of one moment share their
 * fate. One stretch, where the result does not tell its seconds.
 * @param ourOverload leaves out requests that our own overload may have lost
 */
export function errorClusters(result: LoadResult, ourOverload = false): readonly ErrorShare[] {
  const all = errorShareOf([result], ourOverload);
  const last = result.buckets.reduce((latest, { second }) => Math.max(latest, second), 0);
  const length = Math.ceil((last + 1) / STRETCHES);
  const stretches = new Map<number, { bad: number; total: number }>();
  for (const { second, requests, errors, kinds } of result.buckets) {
    const at = Math.floor(second / length);
    const stretch = stretches.get(at) ?? { bad: 0, total: 0 };
    stretch.total += requests;
    stretch.bad += errors - (ourOverload ? (kinds?.timeout ?? 0) + (kinds?.connection ?? 0) : 0);
    stretches.set(at, stretch);
  }
  const clusters = [...stretches.values()];
  const told = sumOf(clusters);
  return told.bad === all.bad && told.total === all.total ? clusters : [all];
}

/** Failed requests of several results together. Requests that our own overload may have lost are no errors of theirs. */
export function errorShareOf(results: readonly LoadResult[], ourOverload = false): ErrorShare {
  return sumOf(
    results.map(({ errors, requests }) => ({
      bad: errors.status + errors.assertion + (ourOverload ? 0 : errors.timeout + errors.connection),
      total: requests,
    })),
  );
}

export function sumOf(shares: readonly ErrorShare[]): ErrorShare {
  return shares.reduce((sum, { bad, total }) => ({ bad: sum.bad + bad, total: sum.total + total }), {
    bad: 0,
    total: 0,
  });
}

/**
 * How many times fewer independent requests those of the clusters are worth (the design effect of Rao and Scott): 1
 * where errors are spread as chance spreads them, or where all failed or none; about the size of a cluster where whole
 * clusters fail. Pure.
 */
export function designEffect(clusters: readonly ErrorShare[]): number {
  const some = clusters.filter(({ total }) => total > 0);
  const { bad, total } = sumOf(some);
  const share = bad / total;
  if (some.length < LEAST_CLUSTERS || bad === 0 || bad === total) return 1;
  const spread = some.reduce((sum, one) => sum + (one.bad - share * one.total) ** 2, 0);
  const correction = some.length / (some.length - 1);
  return Math.max(1, (correction * spread) / (total * share * (1 - share)));
}
