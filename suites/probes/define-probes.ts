import { registerChecks } from '../../checks/index.ts';
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
import { probeEndpoints } from './endpoints-probe.ts';
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
          application: createHttpApplication(),
          urls: plan.target.urls,
          // Only parts of a plan that need it reach for it; the plan was refused if they do and it is not there.
          oldUrls: plan.target.old?.urls ?? {},
          control,
          rateLimitWaitMs: plan.rateLimit.waitMs,
        };
        return probeFinding(check.id, () => runProbe(probe, tools));
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
  const read = (headers: Readonly<Record<string, SecretString>>): Record<string, string> =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, resolveSecret(value)]));
  return { new: read(from.headers), old: read(from.oldHeaders ?? from.headers) };
}

/** How many requests a probe sends at most. */
function requestsOf(probe: Probe): number {
  switch (probe.kind) {
    case 'endpoints':
      return probe.paths.length;
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
