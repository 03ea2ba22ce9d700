import type { PlannedCheck } from '../../contract/plan/checks.ts';
import type { Attempt, NotStarted } from '../../contract/evidence/evidence.ts';
import type { CheckState } from '../../contract/evidence/outcome.ts';
import type { Waiver } from '../../contract/verdict/policy.ts';
import type { CheckResult } from '../../contract/verdict/verdict.ts';
import { foldAttempt, type AttemptAnswer } from './fold-attempt.ts';

/** Causes of the state `flaky`: only the first one is evidence that the product failed. */
export const FAILED_THEN_PASSED = 'failed-then-passed';
export const UNCLEAR_THEN_PASSED = 'unclear-then-passed';

/** From best to worst. */
const RANK: Record<Exclude<CheckState, 'flaky'>, number> = {
  passed: 0,
  empty: 1,
  'not-applicable': 2,
  'not-run': 3,
  unknown: 4,
  failed: 5,
};

interface Ended {
  readonly attempt: Attempt;
  readonly answer: AttemptAnswer;
}

/** All attempts by check id, so that a large manifest is not searched again for every check. */
export function attemptsByCheck(attempts: readonly Attempt[]): ReadonlyMap<string, readonly Attempt[]> {
  const byCheck = new Map<string, Attempt[]>();
  for (const attempt of attempts) {
    const list = byCheck.get(attempt.check);
    if (list) list.push(attempt);
    else byCheck.set(attempt.check, [attempt]);
  }
  return byCheck;
}

/**
 * How one check of the manifest ended.
 * @param attempts all that the evidence holds for this check
 */
export function foldCheck(
  check: PlannedCheck,
  attempts: readonly Attempt[],
  notStarted: readonly NotStarted[],
  waiver: Waiver | null,
): CheckResult {
  const ended = [...attempts]
    .sort((a, b) => a.session - b.session || a.retry - b.retry)
    .map((attempt) => ({ attempt, answer: foldAttempt(check, attempt) }));
  const { answer, deciding } = decide(check, ended, notStarted);
  return {
    ...check,
    ...answer,
    attempts: ended.length,
    durationMs: ended.reduce((sum, { attempt }) => sum + attempt.durationMs, 0),
    findings: deciding?.findings ?? [],
    ...(deciding?.files !== undefined && { files: deciding.files }),
    waiver: takesWaiver(answer) ? waiver : null,
  };
}

interface Decided {
  readonly answer: { readonly state: CheckState; readonly cause: string | null; readonly summary: string };
  readonly deciding: Attempt | undefined;
}

function decide(check: PlannedCheck, ended: readonly Ended[], notStarted: readonly NotStarted[]): Decided {
  const last = ended.at(-1);
  if (!last) {
    const told = notStarted.find((entry) => entry.check === check.id);
    return {
      answer: {
        state: 'not-run',
        cause: told ? 'not-started' : 'silent',
        summary: told
          ? `was not started: ${told.because.replace(/^because /, '')}`
          : 'was required and never started',
      },
      deciding: undefined,
    };
  }
  const worst = ended.reduce((a, b) => (RANK[b.answer.state] >= RANK[a.answer.state] ? b : a));
  if (isGood(last) && !ended.some(({ attempt }) => attempt.retry === 0)) {
    return {
      answer: {
        state: 'unknown',
        cause: 'first-try-unknown',
        summary: 'only a retry is known, not the first try',
      },
      deciding: last.attempt,
    };
  }
  if (isGood(last) && !isGood(worst)) {
    return {
      answer: {
        state: 'flaky',
        cause:
          worst.answer.state === 'failed' || worst.answer.cause === FAILED_THEN_PASSED
            ? FAILED_THEN_PASSED
            : UNCLEAR_THEN_PASSED,
        summary: `passed only on try ${last.attempt.retry + 1}; before: ${worst.answer.summary}`,
      },
      deciding: worst.attempt,
    };
  }
  const { answer } = worst;
  return {
    answer: isFlakyInside(worst) ? { ...answer, state: 'flaky' } : answer,
    deciding: worst.attempt,
  };
}

/** A user's spec ran once, and its own Playwright tried a test of it again: what that means is the policy's word, too. */
function isFlakyInside({ answer, attempt }: Ended): boolean {
  return (
    answer.state === 'unknown' &&
    (answer.cause === FAILED_THEN_PASSED || answer.cause === UNCLEAR_THEN_PASSED) &&
    attempt.findings.some(({ detail }) => detail?.kind === 'spec')
  );
}

function isGood({ answer }: Ended): boolean {
  return answer.state === 'passed' || answer.state === 'empty';
}

/** A waiver accepts a failure that was seen; it never stands in for a check that did not run or could not tell. */
function takesWaiver(answer: Decided['answer']): boolean {
  return answer.state === 'failed' || (answer.state === 'flaky' && answer.cause === FAILED_THEN_PASSED);
}
