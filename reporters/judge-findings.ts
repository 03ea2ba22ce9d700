import type { PlannedCheck } from '../contract/plan/checks.ts';
import type { Attempt } from '../contract/evidence/evidence.ts';
import type { Finding } from '../contract/evidence/finding.ts';
import type { Decision } from '../contract/evidence/outcome.ts';
import type { Policy } from '../contract/verdict/policy.ts';
import type { CheckResult } from '../contract/verdict/verdict.ts';
import { foldCheck } from './judge/fold-check.ts';
import { waiversThatCount } from './judge/waivers.ts';
import { countsAsPassed, WORST_DECISION, weighCheck } from './judge/weigh-check.ts';

/** One finding that was made outside of a run, and what the plan says of its check. */
export interface Said {
  readonly check: PlannedCheck;
  readonly policy: Policy;
  readonly finding: Finding;
}

/** What the policies make of findings. */
export interface JudgedFindings {
  readonly decision: Decision;
  /** In the order in which they came. */
  readonly checks: readonly CheckResult[];
}

/**
 * Weighs single findings as a run would: severity, sample floors, waivers and contradictions count in the same way, and
 * what decides nothing (advisory, waived) gives no GO by itself. Groups, attestations and the least number of passed
 * checks are about whole runs, and no concern here. Pure.
 * @param decidedAt ISO time
 */
export function judgeFindings(said: readonly Said[], decidedAt: string): JudgedFindings {
  const judged = said.map(({ check, policy, finding }) => {
    const { of } = waiversThatCount(policy.waivers, [check], decidedAt);
    const result = foldCheck(check, [attemptOf(check, finding, decidedAt)], [], of(check.id));
    return { policy, result, weight: weighCheck(result, policy) };
  });
  const worst = judged.reduce<Decision>(
    (a, { weight }) => (WORST_DECISION[weight] > WORST_DECISION[a] ? weight : a),
    'GO',
  );
  const shown = judged.some(({ result, policy }) => countsAsPassed(result, policy));
  return {
    decision: worst === 'GO' && !shown ? 'INCONCLUSIVE' : worst,
    checks: judged.map(({ result }) => result),
  };
}

/** A finding for people: as it was made, or unknown with the reason why its pass does not count. */
export function believed(finding: Finding, { state, cause, summary }: CheckResult): Finding {
  if (finding.outcome !== 'pass' || state === 'passed') return finding;
  return {
    ...finding,
    outcome: 'unknown',
    ...(cause === null ? {} : { cause }),
    summary: `${finding.summary}, but it ${summary}`,
  };
}

/** The test that would have recorded it. */
function attemptOf({ id, project, title }: PlannedCheck, finding: Finding, at: string): Attempt {
  return {
    check: id,
    project,
    title,
    session: 0,
    retry: 0,
    status: 'passed',
    startedAt: at,
    durationMs: 0,
    errors: [],
    findings: [finding],
    comparisons: 0,
    control: 'not-asked',
  };
}
