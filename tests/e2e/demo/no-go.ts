import { expect } from 'vitest';
import { EXIT } from '../../../contract/exit-codes.ts';
import { firstFailure, readVerdict, type Ended } from './run-greenlight.ts';

/** Found by load, which must be measured on a machine that does nothing else. */
export const BY_LOAD = 'catalogue-holds-under-load';

/** Runs, and expects that the check named is the first that says NO_GO. */
export async function isNoGo(run: () => Promise<Ended>, directory: string, check: string): Promise<void> {
  const end = await run();
  const verdict = await readVerdict(directory);
  expect([verdict.decision, end.code], end.stdout + end.stderr).toEqual(['NO_GO', EXIT.NO_GO]);
  expect(firstFailure(verdict)).toBe(check);
  // The one sentence that people read names the check, what was measured and what was expected.
  expect(verdict.reason).toContain(check);
  expect(verdict.reason).toMatch(/measured|expected/);
  expect(end.stdout).toContain(check);
}
