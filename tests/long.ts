import { test } from 'vitest';

/**
 * Whether everything runs: `npm run test:long`. The usual run keeps each statement and leaves out further members of some
 * kinds that take minutes; `stated-skips.ts` names them.
 */
export const LONG = process.env['GREENLIGHT_LONG'] === '1';

/** Ends the name of a test that is a further member of a kind, the first ones of which are always tried. */
export const FURTHER = '(further)';

/**
 * One test for each case: those of which the name is in `usual` always, the others only when everything runs.
 * @param cases the first value is the case's name
 */
export function eachUsually<T extends [string, ...unknown[]]>(
  usual: readonly string[],
  cases: readonly T[],
  name: string,
  body: (...args: T) => void | Promise<void>,
): void {
  const unknown = usual.filter((one) => !cases.some(([id]) => id === one));
  // A name that was changed would otherwise leave a statement without its test.
  if (unknown.length > 0) throw new Error(`no case is called ${unknown.join(', ')}`);
  const some = cases.filter(([id]) => usual.includes(id));
  const others = cases.filter(([id]) => !usual.includes(id));
  test.each<T>(some)(name, (...args: T) => body(...args));
  if (others.length > 0)
    test.skipIf(!LONG).each<T>(others)(`${name} ${FURTHER}`, (...args: T) => body(...args));
}
