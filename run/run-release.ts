import type { Fault } from '../contract/evidence/evidence.ts';
import { createHttpApplication } from '../safety/http-application.ts';
import { createControl } from '../suites/control.ts';
import { probeFinding } from '../suites/probe-finding.ts';
import { targetApplication } from '../suites/target-application.ts';
import { wantedReleaseRuns } from '../suites/readiness/wanted-release-runs.ts';
import type { PreparedRun } from './run-prepare.ts';

/**
 * Asks once more, after all checks, whether the wanted release runs. A release that was replaced meanwhile is not the
 * one that the checks saw, so nothing is known about either. Never throws.
 */
export async function releaseAtEnd({
  plan,
  request,
}: Pick<PreparedRun, 'plan' | 'request'>): Promise<readonly Fault[]> {
  const { release, urls, control } = plan.target;
  const { wanted } = request;
  if (release === undefined || wanted === null) return [];
  const tools = {
    application: targetApplication(createHttpApplication(), plan.target),
    urls,
    control: createControl(control),
  };
  const { outcome, summary } = await probeFinding('wanted-release-runs', () =>
    wantedReleaseRuns(release, wanted, tools, plan.budgetMs),
  );
  if (outcome === 'pass') return [];
  return [
    {
      kind: 'other',
      message: `after all checks, nothing shows that the wanted release still runs: ${summary}`,
    },
  ];
}
