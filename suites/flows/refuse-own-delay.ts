import { CannotTell } from '../cannot-tell.ts';
import { firstWrong, wrongWords } from '../words.ts';
import type { StepEnd } from './flow-run.ts';

/** From this share of the time that it took on, our own delay may be why something was not there in time. */
const CONSIDERABLE = 0.2;
/** The same for an answer whose time was measured: what remains without our delay is known then. */
const LEAST_SHARE_OF_BUDGET = 0.1;

/**
 * Refuses to call the target slow for a time in which this process itself did not run.
 * @param lostMs how long that was within the step
 * @throws CannotTell `own-delay` when the breach is one of time and our delay can explain it
 */
export function refuseOwnDelay(
  kind: 'request' | 'observe' | 'page',
  end: StepEnd,
  budgetMs: number,
  lostMs: number,
): void {
  const wrong = firstWrong(end.statements);
  if (wrong === undefined || !isExplained(kind, end, budgetMs, lostMs)) return;
  throw new CannotTell(
    'own-delay',
    `${wrongWords(wrong)}; but this process did not run for ${Math.round(lostMs)} ms of that time`,
    {
      remedy:
        'give the machine that runs the checks more processor time, and let nothing stop it; then repeat',
    },
  );
}

function isExplained(
  kind: 'request' | 'observe' | 'page',
  { statements, durationMs }: StepEnd,
  budgetMs: number,
  lostMs: number,
): boolean {
  const wrong = firstWrong(statements);
  if (wrong?.name === 'answer time' && typeof wrong.measured === 'number') {
    return lostMs > budgetMs * LEAST_SHARE_OF_BUDGET && wrong.measured - lostMs <= budgetMs;
  }
  // What a request was answered does not depend on when we read it; that no answer came within the budget does.
  const aboutTime = kind !== 'request' || (wrong?.name === 'answer' && durationMs >= budgetMs * 0.95);
  return aboutTime && lostMs > durationMs * CONSIDERABLE;
}
