import type { Group, Policy } from '../../contract/verdict/policy.ts';
import type { CheckResult, GroupResult } from '../../contract/verdict/verdict.ts';
import { FAILED_THEN_PASSED } from './fold-check.ts';

/**
 * Judges a share of checks. It has failed only when, by what failed, the share is out of reach whatever the unclear checks
 * would say.
 */
export function judgeGroup(group: Group, checks: readonly CheckResult[], policy: Policy): GroupResult {
  const members = checks.filter(
    (check) =>
      group.checks.includes(check.id) &&
      check.waiver === null &&
      check.state !== 'empty' &&
      !(check.state === 'not-applicable' && check.mayNotApply),
  );
  const passed = members.filter((check) => didPass(check, policy)).length;
  const failed = members.filter((check) => didFail(check, policy)).length;
  const of = members.length;
  const result = {
    id: group.id,
    title: group.title,
    passed,
    of,
    minimumRatio: group.minimumRatio,
    ...(group.strictly === true && { strictly: true as const }),
    minimumCount: group.minimumCount,
  };
  if (of === 0 || passed + failed < group.minimumCount) return { ...result, state: 'unknown' };
  if (failed > 0 && !reaches(of - failed, of, group)) return { ...result, state: 'failed' };
  return { ...result, state: reaches(passed, of, group) ? 'passed' : 'unknown' };
}

function reaches(part: number, of: number, { minimumRatio, strictly }: Group): boolean {
  // 19 of 20 is 0.95 on paper and a hair less in floating point.
  return strictly === true ? part / of > minimumRatio + 1e-9 : part / of >= minimumRatio - 1e-9;
}

function didPass(check: CheckResult, policy: Policy): boolean {
  return check.state === 'passed' || (check.state === 'flaky' && policy.flaky === 'accept');
}

function didFail(check: CheckResult, policy: Policy): boolean {
  if (check.state === 'failed') return true;
  return check.state === 'flaky' && policy.flaky === 'no-go' && check.cause === FAILED_THEN_PASSED;
}
