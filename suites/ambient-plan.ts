import { parsePlan, type Plan, type PlanInput } from '../contract/plan/plan.ts';
import { planOfThisRun } from '../host/run-context.ts';

/**
 * The plan of this process. Playwright evaluates its configuration in the runner and again in every worker, before
 * any spec: a plan that the configuration announces is therefore the same everywhere, which titles and tags of tests
 * need. A plan that a spec announces is seen only where that spec is loaded; fixtures may use it, titles may not.
 */
interface Ambient {
  configured?: Plan;
  registered?: Plan;
}

// On globalThis, because a process may load this module twice: as CommonJS and as an ES module.
const KEY = Symbol.for('greenlight.ambient-plan');
const parsed = new WeakMap<object, Plan>();

function ambient(): Ambient {
  const world = globalThis as { [KEY]?: Ambient };
  return (world[KEY] ??= {});
}

/**
 * Checks a plan once per process; the same object gives the same plan.
 * @throws GreenlightError PLAN_INVALID
 */
export function asPlan(input: Plan | PlanInput): Plan {
  const before = parsed.get(input);
  if (before) return before;
  const plan = parsePlan(input);
  parsed.set(input, plan);
  parsed.set(plan, plan);
  return plan;
}

/** Called by a Playwright configuration: makes the plan known to all specs of this process. */
export function announcePlan(input: Plan | PlanInput): Plan {
  return (ambient().configured = asPlan(input));
}

/** Called by `defineReadiness`, `defineSuites` and `check`: makes the plan known to the fixtures of this process. */
export function registerPlan(input: Plan | PlanInput): Plan {
  return (ambient().registered = asPlan(input));
}

/** The plan that the Playwright configuration announced, if it did. */
export function configuredPlan(): Plan | undefined {
  return ambient().configured;
}

/** The plan for fixtures: announced, registered, or that of the run. @throws GreenlightError PLAN_NOT_FOUND */
export async function planForFixtures(): Promise<Plan> {
  const { configured, registered } = ambient();
  return registered ?? configured ?? (await planOfThisRun());
}
