import type { Evidence } from '../contract/evidence.ts';
import type { Verdict } from '../contract/verdict.ts';
import { judge } from '../reporters/judge.ts';
import { sha256Of } from './file-digest.ts';

const INTERRUPTED = 'The run was interrupted before it was done.';

/**
 * The verdict on the text of an evidence file. Whoever interrupts a run takes the decision into their own hands, so
 * an interrupted run never answers NO_GO, whatever it had seen; that is still listed among the reasons.
 * @param at ISO time as of which it is judged
 */
export function decide(evidence: Evidence, text: string, at: string): Verdict {
  const verdict = judge(evidence, at, sha256Of(text));
  if (!evidence.faults.some((fault) => fault.kind === 'interrupted')) return verdict;
  return {
    ...verdict,
    decision: 'INCONCLUSIVE',
    reason: INTERRUPTED,
    reasons: [INTERRUPTED, ...verdict.reasons],
  };
}
