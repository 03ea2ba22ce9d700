import { setTimeout as pause } from 'node:timers/promises';
import type { TestInfo } from '@playwright/test';
import { loadTest, registerChecks } from '../checks/index.ts';
import { GreenlightError } from '../contract/errors.ts';
import { type LoadProfile, mostStages, orderedS } from '../contract/load/load-profile.ts';
import type { Plan } from '../contract/plan/plan.ts';
import { redactorOf } from '../safety/redactor.ts';
import { loadRunContext, runId } from '../host/run-context.ts';
import { refuseLiveKeys } from '../safety/live-keys.ts';
import { secretReader } from '../safety/secrets.ts';
import { defineComparisons } from './compare/define-comparisons.ts';
import { loadEngines } from './engines/index.ts';
import { ONE_SHARE } from './shares-finding.ts';
import { findPlanFile } from './plan-file.ts';
import { runProfile } from './run-profile.ts';

/** Time for starting the engine and writing its results; each of k6's virtual users evaluates all schemas first. */
const OVERHEAD_MS: Record<LoadProfile['engine'], number> = { autocannon: 30_000, k6: 300_000 };

/** Registers one Playwright test for each load profile and comparison that the phase of this run requires. */
export function defineLoad(plan: Plan): void {
  const redactor = redactorOf(plan);
  const segment = loadRunContext()?.segment;
  registerChecks(loadTest, plan, 'load', {
    load: (check) => {
      const profile = profileOf(plan, check.id);
      return {
        tags: [profile.engine],
        // A share that was measured has done its part; that it is only one must not make its machine look broken.
        letStand: (finding) => finding.cause === ONE_SHARE,
        look: async ({ stopWithTest, scratch }, testInfo) => {
          const waitMs = Math.max(0, Date.parse(segment?.startAt ?? '') - Date.now()) || 0;
          testInfo.setTimeout(waitMs + longestMs(profile));
          refuseLiveKeys(plan);
          if (waitMs > 0) await pause(waitMs, undefined, { signal: stopWithTest });
          return runProfile({
            plan,
            profile,
            engine: loadEngines[profile.engine],
            planFile: findPlanFile([testInfo.config.configFile, testInfo.config.rootDir, testInfo.file]),
            run: identityRun(testInfo),
            scratch,
            secret: secretReader(plan),
            progress: (line) => void process.stdout.write(`${check.id}: ${redactor.text(line)}\n`),
            signal: stopWithTest,
            ...(segment === undefined ? {} : { segment: { index: segment.index, of: segment.of } }),
          });
        },
      };
    },
  });
  defineComparisons(plan);
}

/** Time for several processes to start, read the plan and be waited for. */
const PROCESSES_MS = 45_000;

/** Everything that is ordered, the longest that a request may still take in each level, and the engine's own time. */
export function longestMs(profile: LoadProfile): number {
  const overheadMs = OVERHEAD_MS[profile.engine] + (profile.processes > 1 ? PROCESSES_MS : 0);
  return orderedS(profile) * 1000 + mostStages(profile) * (profile.timeoutMs * 10 + overheadMs);
}

/** Virtual users of a retry, or of a second start under the same run id, must not meet those of the first. */
function identityRun(testInfo: TestInfo): string {
  return `${runId()}-${process.pid.toString(36)}r${testInfo.retry}`;
}

function profileOf(plan: Plan, id: string): LoadProfile {
  const profile = plan.load.profiles.find((one) => one.id === id);
  if (profile === undefined) throw new GreenlightError('INTERNAL', `the check ${id} has no load profile`);
  return profile;
}
