import type { CheckResult, Verdict } from '../../contract/verdict/verdict.ts';

/**
 * Whether a check is one of those that keep a verdict from GO, for reports that mark such checks as errors. Of a GO none
 * is, also where a flaky one was accepted.
 */
export function decides(check: CheckResult, verdict: Pick<Verdict, 'decision'>): boolean {
  if (verdict.decision === 'GO' || check.severity === 'advisory' || check.waiver !== null) return false;
  return (
    check.state !== 'passed' &&
    check.state !== 'empty' &&
    !(check.state === 'not-applicable' && check.mayNotApply)
  );
}
