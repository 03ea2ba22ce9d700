import type { Segment } from '../../contract/evidence/shard.ts';

/** A share of something that cannot be halved; all shares together are the whole. */
export function wholeShare(whole: number, segment: Segment | undefined): number {
  if (segment === undefined) return whole;
  const upTo = (share: number): number => Math.floor((whole * share) / segment.of);
  return upTo(segment.index) - upTo(segment.index - 1);
}
