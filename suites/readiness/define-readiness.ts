import { registerChecks } from '../../checks/index.ts';
import type { BuiltInCheck } from '../../contract/plan/built-in-checks.ts';
import type { Plan, PlanInput } from '../../contract/plan/plan.ts';
import { createHttpApplication } from '../../safety/http-application.ts';
import { registerPlan } from '../ambient-plan.ts';
import { test } from '../fixtures.ts';
import type { Ports } from '../ports.ts';
import { type Probed, probeFinding, type ProbeTools } from '../probe-finding.ts';
import { defineProbes } from '../probes/define-probes.ts';
import {
  databasesReadable,
  mailboxReadable,
  paymentsInTestMode,
  webhookSinkReadable,
} from './ports-ready.ts';
import { targetApplication } from '../target-application.ts';
import { targetAnswers } from './target-answers.ts';
import { wantedRelease, wantedReleaseRuns } from './wanted-release-runs.ts';

const TIMEOUT_MS = 120_000;

type Look = (plan: Plan, tools: ProbeTools, ports: Ports) => Promise<Probed>;

/** How each built-in check looks; the compiler asks for a line per check. */
const LOOKS: Readonly<Record<BuiltInCheck['id'], Look>> = {
  'target-answers': (plan, tools) => targetAnswers(tools, plan.budgetMs),
  'wanted-release-runs': async (plan, tools) => {
    if (!plan.target.release) throw new Error('the target has no release document');
    return wantedReleaseRuns(plan.target.release, wantedRelease(), tools, plan.budgetMs);
  },
  'databases-readable': (plan) => databasesReadable(plan.target),
  'mailbox-readable': (_plan, _tools, ports) => mailboxReadable(ports),
  'webhook-sink-readable': (_plan, _tools, ports) => webhookSinkReadable(ports),
  'payments-in-test-mode': (_plan, _tools, ports) => paymentsInTestMode(ports),
};

/** Registers the readiness checks that the phase of this run requires: what the target names works, and its probes. */
export function defineReadiness(input: Plan | PlanInput): void {
  const plan = registerPlan(input);
  registerChecks(test, plan, 'suites/readiness', {
    'built-in': (check) => {
      const look = LOOKS[check.id as BuiltInCheck['id']];
      return {
        look: async ({ control, ports }, testInfo) => {
          const { target, budgetMs, rateLimit } = plan;
          // Each may wait for a rate limit and is then asked again.
          const eachMs = 2 * budgetMs + rateLimit.waitMs;
          testInfo.setTimeout(TIMEOUT_MS + Object.keys(target.urls).length * eachMs);
          const tools = {
            application: targetApplication(createHttpApplication(), target),
            urls: target.urls,
            control,
            rateLimitWaitMs: rateLimit.waitMs,
          };
          return probeFinding(check.id, () => look(plan, tools, ports));
        },
      };
    },
  });
  defineProbes(plan, 'readiness');
}
