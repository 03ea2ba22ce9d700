import { type Evidence, type Fault, LEASE_LOST } from '../../contract/evidence/evidence.ts';
import { REASON_RANK, type Reason } from './reasons.ts';

const INTERRUPTED = 'The run was interrupted before it was done.';

/**
 * What holds the answer at INCONCLUSIVE, whatever was seen: it is still listed among the reasons. Whoever interrupts a
 * run takes the decision into their own hands, who lost the lease may have seen what somebody else did, and one part of a
 * run is no answer about the whole: none of them is ever NO_GO.
 * @param faults all of them, also those that the evidence shows by itself
 */
export function cappingReasons(evidence: Evidence, faults: readonly Fault[]): readonly Reason[] {
  // A session that our own deadline ended calls itself interrupted: only who runs it knows that a person did it.
  const ends = evidence.faults.filter(({ kind }) => kind === 'interrupted').map(({ message }) => message);
  // What the sessions say of it then is only that they were stopped.
  const lost = ends.find((message) => message.startsWith(LEASE_LOST));
  const interrupted =
    ends.length === 0 ? [] : [lost === undefined ? INTERRUPTED : `No answer counts: ${lost}.`];
  const shards = faults.filter(({ kind }) => kind === 'shards').map(({ message }) => message);
  return [...interrupted, ...shards].map((text) => ({
    decision: 'INCONCLUSIVE',
    rank: REASON_RANK.cut,
    text,
    caps: true,
  }));
}
