import type { Plan, PlanInput } from '../contract/plan/plan.ts';
import { defineFlows } from './flows/define-flows.ts';
import { defineProbes } from './probes/define-probes.ts';

/** Registers the checks of the project `suites`: the flows and the webhook probes of a plan. */
export function defineSuites(plan: Plan | PlanInput): void {
  defineFlows(plan);
  defineProbes(plan, 'suites');
}

/** Registers those probes of a plan that would disturb all other checks, and so come after them. */
export function defineLastProbes(plan: Plan | PlanInput): void {
  defineProbes(plan, 'load');
}
