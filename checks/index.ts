/** The one way in which a planned check becomes a Playwright test. */
export { type Look, type PlannedLook, registerChecks, registerOwnCheck } from './register.ts';
export { callFromUserPlace } from './user-place.ts';
