import { describe, expect, test } from 'vitest';
import { EXIT } from '../../../contract/exit-codes.ts';
import { DEMO_FAULTS } from '../../../demo/faults.ts';
import {
  firstFailure,
  greenlight,
  greenlightFromSource,
  inTemporaryDirectory,
  readVerdict,
} from './run-greenlight.ts';

/** Enough that the tables are not trivial, few enough for twelve boots. */
const ROWS = '2000';

test('the demo without a fault is GO, from source as `npm run demo` starts it', () =>
  inTemporaryDirectory(async (directory) => {
    const end = await greenlightFromSource(['demo', '--rows', ROWS, '--output', directory]);
    const verdict = await readVerdict(directory);
    expect(verdict.reasons, end.stderr).toEqual([]);
    expect([verdict.decision, end.code]).toEqual(['GO', EXIT.GO]);
    expect(verdict.leftovers).toEqual([]);
    expect(end.stdout).toContain('GO');
  }));

test('--list-faults names every fault, one id first on each line', async () => {
  const end = await greenlight(['demo', '--list-faults']);
  expect(end.code).toBe(EXIT.GO);
  expect(
    end.stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/\s/)[0]),
  ).toEqual(DEMO_FAULTS.map((fault) => fault.id));
  expect(DEMO_FAULTS.length).toBeGreaterThanOrEqual(12);
});

/** Found by load, which must be measured on a machine that does nothing else. */
const BY_LOAD = 'catalogue-holds-under-load';
const faults = DEMO_FAULTS.map((fault) => [fault.id, fault.check] as const);

function isNoGo(id: string, check: string): Promise<void> {
  return inTemporaryDirectory(async (directory) => {
    const end = await greenlight(['demo', '--rows', ROWS, '--fault', id, '--output', directory]);
    const verdict = await readVerdict(directory);
    expect([verdict.decision, end.code], end.stdout + end.stderr).toEqual(['NO_GO', EXIT.NO_GO]);
    expect(firstFailure(verdict)).toBe(check);
    // The one sentence that people read names the check, what was measured and what was expected.
    expect(verdict.reason).toContain(check);
    expect(verdict.reason).toMatch(/measured|expected/);
    expect(end.stdout).toContain(check);
  });
}

describe('every fault is NO_GO, and the right check is named first', () => {
  test.each(faults.filter(([, check]) => check === BY_LOAD))('%s -> %s', isNoGo);
  // No load follows a failed check, so several demos at a time do not change what either sees.
  test.concurrent.each(faults.filter(([, check]) => check !== BY_LOAD))('%s -> %s', isNoGo);
});
