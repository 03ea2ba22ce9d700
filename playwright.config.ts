import path from 'node:path';
import { MODULE_ROOT } from './host/package-root.ts';
import { planForPlaywright } from './scripts/plan-for-playwright.ts';
import { defineGreenlightPlaywright } from './run/playwright-config.ts';

// Started by hand (`npx playwright test --ui`): against the demo that `npm run demo -- --keep` left running, unless
// GREENLIGHT_PLAN names another plan.
export default defineGreenlightPlaywright(await planForPlaywright(), {
  testDir: MODULE_ROOT,
  specs: {
    readiness: { testDir: path.join(MODULE_ROOT, 'suites', 'readiness') },
    suites: { testDir: path.join(MODULE_ROOT, 'suites'), testMatch: '**/@(flows|probes)/*.spec.@(ts|js)' },
    'data-checks': { testDir: path.join(MODULE_ROOT, 'data-checks', 'checks') },
    load: { testDir: path.join(MODULE_ROOT, 'run', 'specs') },
  },
});
