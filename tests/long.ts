/**
 * Whether everything runs: `npm run test:long`. The usual run keeps each statement and leaves out further members of some
 * kinds that take minutes; `stated-skips.ts` names them.
 */
export const LONG = process.env['GREENLIGHT_LONG'] === '1';
