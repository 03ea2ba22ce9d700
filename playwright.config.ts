import path from 'node:path';
import { PLAN_FILE_ENV, RUN_CONTEXT_ENV } from './contract/run-context.ts';
import { planOfThisRun } from './safety/run-context.ts';
import { readDemoEnv } from './scripts/demo-env.ts';
import { MODULE_ROOT, ownModule } from './scripts/package-root.ts';
import { defineGreenlightPlaywright } from './scripts/playwright-config.ts';

// Started by hand (`npx playwright test --ui`): against the demo that `npm run demo -- --keep` left running, unless
// GREENLIGHT_PLAN names another plan.
if (process.env[RUN_CONTEXT_ENV] === undefined) readDemoEnv(process.cwd(), process.env);
process.env[PLAN_FILE_ENV] ??= ownModule('demo/greenlight.config');

export default defineGreenlightPlaywright(await planOfThisRun(), {
  testDir: MODULE_ROOT,
  specs: {
    readiness: { testDir: path.join(MODULE_ROOT, 'suites', 'readiness') },
    suites: { testDir: path.join(MODULE_ROOT, 'suites'), testMatch: '**/@(flows|probes)/*.spec.@(ts|js)' },
    'data-checks': { testDir: path.join(MODULE_ROOT, 'data-checks', 'checks') },
    load: { testDir: path.join(MODULE_ROOT, 'load', 'profiles') },
  },
});
