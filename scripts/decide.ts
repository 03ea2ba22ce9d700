import type { Evidence } from '../contract/evidence.ts';
import type { Verdict } from '../contract/verdict.ts';
import { judge } from '../reporters/judge.ts';
import { faultReason } from '../reporters/judge/reasons.ts';
import { sha256Of } from './file-digest.ts';

const INTERRUPTED = 'The run was interrupted before it was done.';

/**
 * The verdict on the text of an evidence file. Whoever interrupts a run takes the decision into their own hands, and
 * one part of a run is no answer about the whole: neither is ever NO_GO, whatever was seen; that is still listed among
 * the reasons.
 * @param at ISO time as of which it is judged
 */
export function decide(evidence: Evidence, text: string, at: string): Verdict {
  const verdict = judge(evidence, at, sha256Of(text));
  const shards = evidence.faults.filter(({ kind }) => kind === 'shards');
  const interrupted = evidence.faults.some(({ kind }) => kind === 'interrupted') ? [INTERRUPTED] : [];
  const first = [...interrupted, ...shards.map(({ message }) => message)];
  const [reason] = first;
  if (reason === undefined) return verdict;
  const told = new Set(shards.map((fault) => faultReason(fault).text));
  return {
    ...verdict,
    decision: 'INCONCLUSIVE',
    reason,
    reasons: [...first, ...verdict.reasons.filter((text) => !told.has(text))],
  };
}
