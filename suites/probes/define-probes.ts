import type { PlaywrightWorkerArgs, TestInfo } from '@playwright/test';
import { registerChecks } from '../../checks/index.ts';
import { addressesOf } from '../../contract/plan/addresses.ts';
import type { Finding } from '../../contract/evidence/finding.ts';
import type { Project } from '../../contract/evidence/outcome.ts';
import type { PlannedCheck } from '../../contract/plan/checks.ts';
import type { Plan, PlanInput } from '../../contract/plan/plan.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { createHttpApplication } from '../../safety/http-application.ts';
import { registerPlan } from '../ambient-plan.ts';
import { type GreenlightTestFixtures, type GreenlightWorkerFixtures, test } from '../fixtures.ts';
import type { BrowserSession } from '../page-session.ts';
import { probeFinding } from '../probe-finding.ts';
import { targetApplication } from '../target-application.ts';
import { aboutThirdParty } from '../third-party.ts';
import { mostAnswersOf, opensPages, runProbe } from './run-probe.ts';

const OVERHEAD_MS = 30_000;

/**
 * Registers one Playwright test for each probe that the phase of this run requires.
 * @param project quick probes belong to `readiness`, those that disturb others to `load`, all others to `suites`
 */
export function defineProbes(
  input: Plan | PlanInput,
  project: Extract<Project, 'readiness' | 'suites' | 'load'>,
): void {
  const plan = registerPlan(input);
  registerChecks(test, plan, 'suites/probes', {
    probe: (check) => {
      if (check.project !== project) return undefined;
      const probe = plan.probes.find((one) => one.id === check.id);
      if (!probe) throw new Error(`the manifest names the probe "${check.id}", which the plan does not have`);
      const look = lookThrough(plan, check, probe);
      const tags = [probe.kind];
      // Two shapes, because Playwright sets up what a test names: only probes that open pages may need a browser.
      return opensPages(probe)
        ? {
            tags,
            look: ({ control, playwright, unique, secret, created, browserSession }, testInfo) =>
              look({ control, playwright, unique, secret, created }, testInfo, browserSession),
          }
        : {
            tags,
            look: ({ control, playwright, unique, secret, created }, testInfo) =>
              look({ control, playwright, unique, secret, created }, testInfo),
          };
    },
  });
}

type Fixtures = Pick<PlaywrightWorkerArgs, 'playwright'> &
  Pick<GreenlightWorkerFixtures, 'secret'> &
  Pick<GreenlightTestFixtures, 'control' | 'unique' | 'created'>;

function lookThrough(plan: Plan, check: PlannedCheck, probe: Probe) {
  return async (
    { control, playwright, unique, secret, created }: Fixtures,
    testInfo: Pick<TestInfo, 'setTimeout'>,
    browsers?: BrowserSession,
  ): Promise<Finding> => {
    // Each may wait for a rate limit and is then asked again.
    const eachMs = 2 * probe.budgetMs + plan.rateLimit.waitMs;
    testInfo.setTimeout(mostAnswersOf(probe, plan) * eachMs + OVERHEAD_MS);
    const tools = {
      application: targetApplication(createHttpApplication(), plan.target),
      urls: addressesOf(plan.target),
      // Only parts of a plan that need it reach for it; the plan was refused if they do and it is not there.
      oldUrls: plan.target.old?.urls ?? {},
      thirdParties: new Set(Object.keys(plan.target.thirdParties ?? {})),
      control,
      rateLimitWaitMs: plan.rateLimit.waitMs,
    };
    const logIn = { plan, playwright, control, context: { unique, secret } };
    const finding = await probeFinding(check.id, () => runProbe(probe, tools, logIn, created, browsers));
    const asksOther = 'endpoint' in probe && tools.thirdParties.has(probe.endpoint);
    return asksOther ? aboutThirdParty(finding) : finding;
  };
}
