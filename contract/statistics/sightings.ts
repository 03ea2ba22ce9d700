/**
 * How many answers show each of `nodes` equal nodes at least once with this confidence: the smallest n with
 * nodes * (1 - 1/nodes)^n <= 1 - confidence (the chance that one of them stays unseen, by Boole's inequality).
 */
export function answersToSeeAll(nodes: number, confidence = 0.99): number {
  if (nodes <= 1) return 1;
  return Math.ceil(Math.log((1 - confidence) / nodes) / Math.log1p(-1 / nodes) - 1e-9);
}
