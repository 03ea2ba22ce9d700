/** What specs use: `import { check, expect, defineSuites } from 'greenlight/test'`. */
export { expect, test } from './fixtures.ts';
export type { GreenlightTestFixtures, GreenlightWorkerFixtures } from './fixtures.ts';
export { check, type CheckBody, type CheckFixtures, type CheckOptions } from './check.ts';
export { announcePlan } from './ambient-plan.ts';
export { defineReadiness } from './readiness/define-readiness.ts';
export { defineLastProbes, defineSuites } from './define-suites.ts';
