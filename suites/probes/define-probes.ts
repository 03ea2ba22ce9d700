import { registerChecks } from '../../checks/index.ts';
import { addressesOf } from '../../contract/addresses.ts';
import { readHeaders } from '../../contract/headers.ts';
import type { Project } from '../../contract/outcome.ts';
import type { Plan, PlanInput } from '../../contract/plan.ts';
import type { Probe } from '../../contract/probe.ts';
import type { SecretString } from '../../contract/secret.ts';
import { createHttpApplication } from '../../safety/http-application.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { webhookSigners } from '../adapters/webhooks/index.ts';
import { registerPlan } from '../ambient-plan.ts';
import { test } from '../fixtures.ts';
import type { TwinHeaders, TwinTools } from '../parity/ask-twins.ts';
import { probeGuards } from '../parity/guards-probe.ts';
import { probeParity } from '../parity/parity-probe.ts';
import { type Probed, probeFinding } from '../probe-finding.ts';
import { targetApplication } from '../target-application.ts';
import { aboutThirdParty } from '../third-party.ts';
import { probeEndpoints } from './endpoints-probe.ts';
import { MOST_REDIRECTS } from './follow-redirects.ts';
import { probeHealth } from './health-probe.ts';
import { probeWebhook } from './webhook-probe.ts';

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
      look: async ({ control }, testInfo) => {
        // Each may wait for a rate limit and is then asked again.
        const eachMs = 2 * probe.budgetMs + plan.rateLimit.waitMs;
        testInfo.setTimeout(requestsOf(probe) * eachMs + OVERHEAD_MS);
        const tools = {
          application: targetApplication(createHttpApplication(), plan.target),
          urls: addressesOf(plan.target),
          // Only parts of a plan that need it reach for it; the plan was refused if they do and it is not there.
          oldUrls: plan.target.old?.urls ?? {},
          thirdParties: new Set(Object.keys(plan.target.thirdParties ?? {})),
          control,
          rateLimitWaitMs: plan.rateLimit.waitMs,
        };
        const finding = await probeFinding(check.id, () => runProbe(probe, tools));
        return tools.thirdParties.has(probe.endpoint) ? aboutThirdParty(finding) : finding;
      },
    };
  });
}

function runProbe(probe: Probe, tools: TwinTools): Promise<Probed> {
  switch (probe.kind) {
    case 'endpoints':
      return probeEndpoints(probe, tools);
    case 'health':
      return probeHealth(probe, tools);
    case 'webhook':
      return probeWebhook(probe, resolveSecret(probe.secret), webhookSigners[probe.scheme], tools);
    case 'parity':
      return probeParity(probe, twinHeaders(probe), tools);
    case 'guards':
      return probeGuards(probe, twinHeaders, tools);
  }
}

function twinHeaders(from: {
  readonly headers: Readonly<Record<string, SecretString>>;
  readonly oldHeaders?: Readonly<Record<string, SecretString>> | undefined;
}): TwinHeaders {
  return {
    new: readHeaders(from.headers, resolveSecret),
    old: readHeaders(from.oldHeaders ?? from.headers, resolveSecret),
  };
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
