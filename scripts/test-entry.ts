/** What a user's specs import: `import { check, defineSuites, expect, test } from 'greenlight/test'`. */
import type { PlanInput } from '../contract/plan.ts';
import * as dataChecks from '../data-checks/index.ts';
import * as load from '../load/index.ts';
import { asPlan } from '../suites/ambient-plan.ts';

export { check, defineReadiness, defineSuites, expect, test } from '../suites/index.ts';

/** Registers the data checks of a plan as Playwright tests. @throws GreenlightError PLAN_INVALID */
export function defineDataChecks(plan: PlanInput): void {
  dataChecks.defineDataChecks(asPlan(plan));
}

/** Registers the load profiles of a plan as Playwright tests. @throws GreenlightError PLAN_INVALID */
export function defineLoad(plan: PlanInput): void {
  load.defineLoad(asPlan(plan));
}
