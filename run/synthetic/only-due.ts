import { type DueChecks, policyOfDue } from '../../contract/history/due.ts';
import { durationMs } from '../../contract/plan/duration.ts';
import { digestOf } from '../../host/load-config.ts';
import type { PreparedRun } from '../run-prepare.ts';

/**
 * The same run with the checks that are due, within the budget of a pass. What is left out takes its share of the policy
 * with it: the pass is judged by what it asks, and each check that it leaves out passed within its own time.
 */
export function onlyDue(run: PreparedRun, checks: DueChecks): PreparedRun {
  const { due, notDue } = checks;
  const deadlineAt = Date.parse(run.head.run.startedAt) + durationMs(run.plan.synthetic.budget);
  if (notDue.length === 0) return { ...run, deadlineAt };
  const ids = new Set(due.map(({ id }) => id));
  const policy = policyOfDue(run.head.policy, run.manifest, checks);
  return {
    ...run,
    deadlineAt,
    manifest: due,
    notDue,
    context: { ...run.context, checks: [...ids] },
    head: { ...run.head, policy, policyDigest: digestOf(policy) },
  };
}
