/**
 * Upper end of the one-sided Clopper-Pearson interval: with this confidence the true share of bad ones is at most that.
 * Without any trial it is 1: nothing was seen, so nothing is excluded.
 */
export function shareUpperBound(bad: number, total: number, confidence = 0.95): number {
  if (total <= 0 || bad >= total) return 1;
  return bisect((share) => atMostProbability(bad, total, share) > 1 - confidence);
}

/** Lower end of the same interval: with this confidence the true share is at least that; 0 without trials. */
export function shareLowerBound(bad: number, total: number, confidence = 0.95): number {
  if (total <= 0 || bad <= 0) return 0;
  return bisect((share) => 1 - atMostProbability(bad - 1, total, share) < 1 - confidence);
}

/** P(X <= bad) of a binomial distribution, summed in logarithms: the terms of large totals underflow. */
function atMostProbability(bad: number, total: number, share: number): number {
  if (share <= 0) return 1;
  if (share >= 1) return bad >= total ? 1 : 0;
  let log = total * Math.log1p(-share);
  let sum = Math.exp(log);
  for (let k = 1; k <= bad; k += 1) {
    log += Math.log((total - k + 1) / k) + Math.log(share) - Math.log1p(-share);
    sum += Math.exp(log);
  }
  return Math.min(1, sum);
}

/** The greatest share between 0 and 1 for which the condition still holds. */
function bisect(holds: (share: number) => boolean): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
