import { expect, test } from 'vitest';
import { EXIT } from '../../../contract/exit-codes.ts';
import { DEMO_FAULTS } from '../../../demo/faults.ts';
import { LONG } from '../../long.ts';
import { BY_LOAD, isNoGo } from './no-go.ts';
import { greenlight, greenlightFromSource, inTemporaryDirectory, readVerdict } from './run-greenlight.ts';

/** Enough that the tables are not trivial, few enough for several boots. */
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

const byLoad = DEMO_FAULTS.filter(({ check }) => check === BY_LOAD).map(({ id }) => id);
const now = byLoad.filter((id) => LONG || id === 'slow-p95');
const left = byLoad.filter((id) => !now.includes(id));
const isFound = (id: string): Promise<void> =>
  inTemporaryDirectory((directory) =>
    isNoGo(
      () => greenlight(['demo', '--rows', ROWS, '--fault', id, '--output', directory]),
      directory,
      BY_LOAD,
    ),
  );

if (left.length > 0) test.skip.each(left)('%s is found by load alone', isFound);
test.each(now)('%s is found by load alone', isFound);
