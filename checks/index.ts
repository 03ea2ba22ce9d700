/** The one way in which a planned check becomes a Playwright test. */
export { type Look, type PlannedLook, registerChecks, registerOwnCheck } from './register.ts';
export { loadTest } from './load-test.ts';
export { type StageTestFixtures, stagedTest, type StageWorkerFixtures } from './staged-test.ts';
export { watchOwnDelay } from './own-delay.ts';
export { callFromUserPlace } from './user-place.ts';
