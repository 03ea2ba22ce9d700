import { registerChecks } from '../../checks/index.ts';
import { addressesOf } from '../../contract/plan/addresses.ts';
import type { Project } from '../../contract/evidence/outcome.ts';
import type { Plan, PlanInput } from '../../contract/plan/plan.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { createHttpApplication } from '../../safety/http-application.ts';
import { registerPlan } from '../ambient-plan.ts';
import { test } from '../fixtures.ts';
import { probeFinding } from '../probe-finding.ts';
import { targetApplication } from '../target-application.ts';
import { aboutThirdParty } from '../third-party.ts';
import { MOST_REDIRECTS } from './follow-redirects.ts';
import { runProbe } from './run-probe.ts';

const OVERHEAD_MS = 30_000;

/**
 * Registers one Playwright test for each probe that the phase of this run requires.
 * @param project quick probes belong to `readiness`, all others to `suites`
 */
export function defineProbes(
  input: Plan | PlanInput,
  project: Extract<Project, 'readiness' | 'suites'>,
): void {
  const plan = registerPlan(input);
  registerChecks(test, plan, (check) => {
    if (check.source !== 'probe' || check.project !== project) return undefined;
    const probe = plan.probes.find((one) => one.id === check.id);
    if (!probe) throw new Error(`the manifest names the probe "${check.id}", which the plan does not have`);
    return {
      tags: [probe.kind],
      look: async ({ control, playwright, unique, secret }, testInfo) => {
        // Each may wait for a rate limit and is then asked again.
        const eachMs = 2 * probe.budgetMs + plan.rateLimit.waitMs;
        testInfo.setTimeout((requestsOf(probe) + logInRequestsOf(plan, probe)) * eachMs + OVERHEAD_MS);
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
        const finding = await probeFinding(check.id, () => runProbe(probe, tools, logIn));
        return tools.thirdParties.has(probe.endpoint) ? aboutThirdParty(finding) : finding;
      },
    };
  });
}

/** How many requests the log-ins of a probe send at most. */
function logInRequestsOf(plan: Plan, probe: Probe): number {
  const logIns =
    probe.kind === 'parity'
      ? [probe.logIn]
      : probe.kind === 'guards'
        ? probe.identities.map((one) => one.logIn)
        : [];
  return logIns.reduce(
    (sum, logIn) => sum + 2 * (plan.flows.find(({ id }) => id === logIn?.flow)?.steps.length ?? 0),
    0,
  );
}

/** How many requests a probe sends at most. */
function requestsOf(probe: Probe): number {
  switch (probe.kind) {
    case 'endpoints':
      return probe.paths.length * (1 + MOST_REDIRECTS);
    case 'health':
      return 1 + probe.witnesses.length;
    case 'webhook':
      return probe.deliveries.length + 1;
    case 'parity':
      return probe.requests.length * probe.rounds * 3;
    case 'guards':
      return probe.routes.length * probe.identities.length * 2;
  }
}
