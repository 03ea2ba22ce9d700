import { describeError, GreenlightError } from '../contract/errors.ts';
import type { Plan } from '../contract/plan/plan.ts';
import { PLAN_FILE_ENV, RUN_CONTEXT_ENV } from '../contract/evidence/run-context.ts';
import { planOfThisRun } from '../host/run-context.ts';
import { DEMO_ENV_FILE, readDemoEnv } from './demo-env.ts';
import { ownModule } from '../host/package-root.ts';

/**
 * The plan for this repository's own Playwright configuration: that of the run, else the one that GREENLIGHT_PLAN
 * names, else the demo's, which then must be running.
 * @throws Error with everything that is wrong in its message, because Playwright shows nothing else
 */
export async function planForPlaywright(env: NodeJS.ProcessEnv = process.env): Promise<Plan> {
  if (!env[RUN_CONTEXT_ENV] && !env[PLAN_FILE_ENV]) {
    readDemoEnv(process.cwd(), env);
    if (!env[PLAN_FILE_ENV] && !env['DEMO_NEW_URL']) {
      throw new GreenlightError(
        'PLAN_NOT_FOUND',
        `there is nothing to run against: neither a demo (${DEMO_ENV_FILE}) nor ${PLAN_FILE_ENV}. Start one with: npm run demo -- --keep`,
      );
    }
    env[PLAN_FILE_ENV] ||= ownModule('demo/greenlight.config');
  }
  return planOfThisRun(env).catch((error: unknown) => {
    throw new Error(describeError(error), { cause: error });
  });
}
