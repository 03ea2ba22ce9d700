import type { Evidence, Fault } from '../../contract/evidence/evidence.ts';
import { REASON_RANK, type Reason } from './reasons.ts';

const INTERRUPTED = 'The run was interrupted before it was done.';

/**
 * What holds the answer at INCONCLUSIVE, whatever was seen: it is still listed among the reasons. Whoever interrupts a
 * run takes the decision into their own hands, and one part of a run is no answer about the whole: neither is ever NO_GO.
 * @param faults all of them, also those that the evidence shows by itself
 */
export function cappingReasons(evidence: Evidence, faults: readonly Fault[]): readonly Reason[] {
  // A session that our own deadline ended calls itself interrupted: only who runs it knows that a person did it.
  const interrupted = evidence.faults.some(({ kind }) => kind === 'interrupted') ? [INTERRUPTED] : [];
  const shards = faults.filter(({ kind }) => kind === 'shards').map(({ message }) => message);
  return [...interrupted, ...shards].map((text) => ({
    decision: 'INCONCLUSIVE',
    rank: REASON_RANK.cut,
    text,
    caps: true,
  }));
}
