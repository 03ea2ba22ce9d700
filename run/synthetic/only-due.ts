import type { DueChecks } from '../../contract/history/due.ts';
import { durationMs } from '../../contract/plan/duration.ts';
import { digestOf } from '../../host/load-config.ts';
import type { PreparedRun } from '../run-prepare.ts';

/**
 * The same run with the checks that are due, within the budget of a pass. What is left out takes its share of the policy
 * with it: the pass is judged by what it asks, and each check that it leaves out passed within its own time.
 */
export function onlyDue(run: PreparedRun, { due, notDue }: DueChecks): PreparedRun {
  const deadlineAt = Date.parse(run.head.run.startedAt) + durationMs(run.plan.synthetic.budget);
  if (notDue.length === 0) return { ...run, deadlineAt };
  const ids = new Set(due.map(({ id }) => id));
  const left = run.manifest.filter(({ id, severity }) => severity === 'blocking' && !ids.has(id)).length;
  const policy = {
    ...run.head.policy,
    minimumPassed: Math.max(1, run.head.policy.minimumPassed - left),
    groups: run.head.policy.groups.filter(({ checks }) => checks.some((id) => ids.has(id))),
  };
  return {
    ...run,
    deadlineAt,
    manifest: due,
    notDue,
    context: { ...run.context, checks: [...ids] },
    head: { ...run.head, policy, policyDigest: digestOf(policy) },
  };
}
