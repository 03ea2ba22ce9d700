import type { StoredVerdict } from '../contract/ports/gate-store.ts';

/** What becomes of a verdict that is to be kept beside one of the same run. */
export type Standing = 'next' | 'same' | 'before';

/**
 * Which of two verdicts about one run stands. A NO_GO always does: nothing of the same run takes it back. Else it is
 * the one that was decided last, because people's statements and a withdrawn word come after the run; what is pending
 * gives way to everything. Another target's run of the same name is another run, and never replaces anything.
 */
export function whichStands(before: StoredVerdict | undefined, next: StoredVerdict): Standing {
  if (before === undefined) return 'next';
  if (before.target !== next.target) return 'before';
  if (before.digest === next.digest && before.decision === next.decision) return 'same';
  if (before.decision === 'NO_GO')
    return next.decision === 'NO_GO' && isLater(before, next) ? 'next' : 'before';
  if (next.decision === 'NO_GO') return 'next';
  if (next.decision === 'pending') return 'before';
  return before.decision === 'pending' || isLater(before, next) ? 'next' : 'before';
}

function isLater(before: StoredVerdict, next: StoredVerdict): boolean {
  return Date.parse(next.decidedAt) > Date.parse(before.decidedAt);
}
