import type { PlaywrightTestArgs, PlaywrightWorkerArgs, TestInfo } from '@playwright/test';
import { registerOwnCheck } from '../checks/index.ts';
import { CheckId } from '../contract/plan/check-id.ts';
import { GreenlightError } from '../contract/errors.ts';
import type { Plan, PlanInput } from '../contract/plan/plan.ts';
import { checksOfThisRun, isInThisRun } from '../host/run-context.ts';
import { asPlan, configuredPlan, registerPlan } from './ambient-plan.ts';
import { type GreenlightTestFixtures, type GreenlightWorkerFixtures, test } from './fixtures.ts';

/** What the body of an own check gets: Playwright's fixtures and those of Greenlight. */
export type CheckFixtures = PlaywrightTestArgs &
  PlaywrightWorkerArgs &
  GreenlightTestFixtures &
  GreenlightWorkerFixtures;

export type CheckBody = (fixtures: CheckFixtures, testInfo: TestInfo) => Promise<void> | void;

export interface CheckOptions {
  /** The plan, for projects whose Playwright configuration does not announce it. */
  readonly plan?: Plan | PlanInput;
  /** Further tags, with or without @. */
  readonly tags?: readonly string[];
}

/**
 * Registers a check of the user's own: a Playwright test that the plan lists under `checks`. Title, severity and
 * phases come from the plan, so that the list of what must run is known before anything runs.
 *
 *     check('vip-sees-discount', async ({ request, unique }) => { ... expect(...) ... });
 *
 * The plan is the one in `options.plan`, else the one that the Playwright configuration announced; both are the same
 * in the runner and in every worker, and Playwright needs equal titles in both. Without either, the title is the id
 * and the check is registered in every phase. A comparison by `expect` that does not hold is `fail`; any other throw
 * is `unknown`.
 * @throws GreenlightError PLAN_INVALID when the plan does not list the check: its result could never count
 */
export function check(id: string, body: CheckBody): void;
export function check(id: string, options: CheckOptions, body: CheckBody): void;
export function check(id: string, optionsOrBody: CheckOptions | CheckBody, maybeBody?: CheckBody): void {
  const options = typeof optionsOrBody === 'function' ? {} : optionsOrBody;
  const body = typeof optionsOrBody === 'function' ? optionsOrBody : maybeBody;
  if (!body) throw new GreenlightError('CHECK_EMPTY', `check("${id}") has no body`);
  CheckId.parse(id);
  const plan = options.plan ? registerPlan(asPlan(options.plan)) : configuredPlan();
  const { tags } = options;
  if (!plan) {
    if (isInThisRun(id)) registerOwnCheck(test, { id }, { manifest: [], tags }, body as OwnBody);
    return;
  }
  if (!plan.checks.some((own) => own.id === id)) throw notListed(id, plan);
  const manifest = checksOfThisRun(plan);
  const planned = manifest.find((one) => one.id === id);
  // Another phase, or the share of another machine: it is not in the manifest of this run, and a test that nobody
  // planned would be a fault of the run.
  if (planned) registerOwnCheck(test, planned, { manifest, tags }, body as OwnBody);
}

type OwnBody = Parameters<typeof test>[2];

function notListed(id: string, plan: Plan): GreenlightError {
  const known = plan.checks.map((own) => own.id).join(', ') || 'none';
  return new GreenlightError(
    'PLAN_INVALID',
    `a spec defines the check "${id}", which the plan does not list`,
    {
      problems: [
        {
          path: 'checks',
          value: known,
          problem: `lacks "${id}"`,
          remedy: `add { id: '${id}', title: '...' } to checks`,
        },
      ],
    },
  );
}
