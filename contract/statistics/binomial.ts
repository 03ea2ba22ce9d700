/**
 * Upper end of the one-sided Clopper-Pearson interval: with this confidence the true share of bad ones is at most that.
 * Without any trial it is 1: nothing was seen, so nothing is excluded. Counts need not be whole: answers that depend on
 * each other count for fewer.
 */
export function shareUpperBound(bad: number, total: number, confidence = 0.95): number {
  if (total <= 0 || bad >= total) return 1;
  const few = Math.max(0, bad);
  return bisect((share) => betaShare(few + 1, total - few, share) < confidence);
}

/** Lower end of the same interval: with this confidence the true share is at least that; 0 without trials. */
export function shareLowerBound(bad: number, total: number, confidence = 0.95): number {
  if (total <= 0 || bad <= 0) return 0;
  const some = Math.min(bad, total);
  return bisect((share) => betaShare(some, total - some + 1, share) < 1 - confidence);
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

/**
 * The regularised incomplete beta function: the chance of at least `a` bad ones among `a + b - 1`, each bad with chance
 * `x`. By its continued fraction, whose length grows with the root of the counts, where a sum grows with the counts.
 */
function betaShare(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  // The fraction converges quickly below the mean only; above it the other tail is asked for.
  return x < (a + 1) / (a + b + 2)
    ? (front * fraction(a, b, x)) / a
    : 1 - (front * fraction(b, a, 1 - x)) / b;
}

const MOST_TERMS = 100_000;
const TINY = 1e-300;

/** Evaluated from its front (Lentz). */
function fraction(a: number, b: number, x: number): number {
  const away = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
  let above = 1;
  let below = 1 / away(1 - ((a + b) * x) / (a + 1));
  let value = below;
  for (let m = 1; m <= MOST_TERMS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    let change = 1;
    for (const term of [even, odd]) {
      below = 1 / away(1 + term * below);
      above = away(1 + term / above);
      change = above * below;
      value *= change;
    }
    if (Math.abs(change - 1) < 1e-14) break;
  }
  return value;
}

/** Stirling's series, after small arguments were raised. */
function logGamma(value: number): number {
  let raised = 0;
  let at = value;
  for (; at < 10; at += 1) raised += Math.log(at);
  const square = at * at;
  const series = (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / at;
  return (at - 0.5) * Math.log(at) - at + 0.5 * Math.log(2 * Math.PI) + series - raised;
}
