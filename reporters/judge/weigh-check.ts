import type { CheckState, Decision } from '../../contract/evidence/outcome.ts';
import type { Policy } from '../../contract/verdict/policy.ts';
import type { CheckResult } from '../../contract/verdict/verdict.ts';
import { FAILED_THEN_PASSED } from './fold-check.ts';

/** From the best decision to the worst. */
export const WORST_DECISION: Record<Decision, number> = { GO: 0, INCONCLUSIVE: 1, NO_GO: 2 };

/** The best decision that one check still allows. Advisory and waived checks are shown, and allow all. */
export function weighCheck(check: CheckResult, policy: Policy): Decision {
  if (check.severity === 'advisory' || check.waiver !== null) return 'GO';
  return WEIGHT[check.state](check, policy);
}

const WEIGHT: Record<CheckState, (check: CheckResult, policy: Policy) => Decision> = {
  passed: () => 'GO',
  // Whether nothing may be there is the sample floor's to say; a check below it is unknown.
  empty: () => 'GO',
  failed: () => 'NO_GO',
  unknown: () => 'INCONCLUSIVE',
  'not-run': () => 'INCONCLUSIVE',
  'not-applicable': (check) => (check.mayNotApply ? 'GO' : 'INCONCLUSIVE'),
  flaky: (check, policy) => FLAKY[policy.flaky](check),
};

const FLAKY: Record<Policy['flaky'], (check: CheckResult) => Decision> = {
  inconclusive: () => 'INCONCLUSIVE',
  accept: () => 'GO',
  // A first try that broke on our side is no evidence against the product.
  'no-go': (check) => (check.cause === FAILED_THEN_PASSED ? 'NO_GO' : 'INCONCLUSIVE'),
};

/** Whether a blocking check counts towards the passes that GO needs. */
export function countsAsPassed(check: CheckResult, policy: Policy): boolean {
  return (
    check.severity === 'blocking' &&
    check.waiver === null &&
    (check.state === 'passed' || (check.state === 'flaky' && policy.flaky === 'accept'))
  );
}
