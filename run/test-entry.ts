/** What a user's specs import: `import { check, defineSuites, expect, test } from 'greenlight/test'`. */
import { loadTest } from '../checks/index.ts';
import type { PlanInput } from '../contract/plan/plan.ts';
import * as dataChecks from '../data-checks/index.ts';
import * as load from '../load/index.ts';
import { defineAlerts, defineSlo } from '../slo/define-slo.ts';
import { asPlan } from '../suites/ambient-plan.ts';
import * as suites from '../suites/index.ts';
import { defineSpecs } from './user-specs/define-specs.ts';

export { check, defineReadiness, expect, test } from '../suites/index.ts';

/**
 * Registers the checks of the project `suites` as Playwright tests: the flows, probes and existing specs of a plan.
 * @throws GreenlightError PLAN_INVALID
 */
export function defineSuites(input: PlanInput): void {
  const plan = asPlan(input);
  suites.defineSuites(plan);
  defineSpecs(plan);
}

/** Registers the data checks of a plan as Playwright tests. @throws GreenlightError PLAN_INVALID */
export function defineDataChecks(plan: PlanInput): void {
  dataChecks.defineDataChecks(asPlan(plan));
}

/**
 * Registers the service levels, metrics, load profiles and alerts of a plan as Playwright tests, and the probes that come
 * last. What metrics say comes first: it is about real traffic, and our own load would be part of it. Alerts come after
 * it, since that load may be what lets them fire. @throws GreenlightError PLAN_INVALID
 */
export function defineLoad(input: PlanInput): void {
  const plan = asPlan(input);
  // One after the other: profiles that run at the same time would measure each other.
  loadTest.describe.configure({ mode: 'default' });
  defineSlo(plan);
  load.defineLoad(plan);
  defineAlerts(plan);
  suites.defineLastProbes(plan);
}
