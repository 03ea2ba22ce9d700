import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EXIT } from '../../../contract/exit-codes.ts';
import type { BootedDemo } from '../../../demo/boot.ts';
import { DEMO_FAULTS, type DemoFault } from '../../../demo/faults.ts';
import { LONG } from '../../long.ts';
import { bootDemo } from './built-demo.ts';
import { BY_LOAD, isNoGo } from './no-go.ts';
import { directoryOf, plantFault } from './planted-fault.ts';
import { DEMO_FILES, greenlight, inTemporaryDirectory } from './run-greenlight.ts';

/** Enough that the tables are not trivial, few enough for twelve boots. */
const ROWS = '2000';

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

/**
 * One of each kind, in the usual run: the code of the shop, its third parties; the data are those of lost-orders. Those
 * that few checks fail for: each costs a process of Playwright and a browser.
 */
const USUAL: ReadonlySet<string> = new Set(['order-total-off-by-a-cent', 'payment-without-charge']);

test('a fault by the command of the README: lost-orders -> orders-preserved', () =>
  inTemporaryDirectory((directory) =>
    isNoGo(
      () => greenlight(['demo', '--rows', ROWS, '--fault', 'lost-orders', '--output', directory]),
      directory,
      'orders-preserved',
    ),
  ));

describe('every other fault that needs no load, in one demo, is NO_GO, and the right check is named first', () => {
  const others = DEMO_FAULTS.filter(({ id, check }) => id !== 'lost-orders' && check !== BY_LOAD).map(
    (fault) => [fault.id, fault.check, fault] as const,
  );
  let demo: BootedDemo;
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(path.join(tmpdir(), 'greenlight-faults-'));
    demo = await bootDemo({ rows: Number(ROWS), directory: home });
    await demo.shops.new.stop();
  });
  afterAll(async () => {
    await demo.close();
    await rm(home, { recursive: true, force: true });
  });

  const isFound = (_id: string, check: string, fault: DemoFault): Promise<void> =>
    inTemporaryDirectory(async (output) => {
      const planted = await plantFault(demo, fault, directoryOf(home, fault));
      const { DEMO_RELEASE: release = '', DEMO_COMMIT: commit = '' } = planted.env;
      const args = [
        ...['run', ...DEMO_FILES],
        ...['--release', release, '--commit', commit, '--output', output],
        ...['--state', path.join(output, 'state')],
      ];
      try {
        await isNoGo(() => greenlight(args, planted.env), output, check);
      } finally {
        await planted.stop();
      }
    });
  const now = others.filter(([id]) => LONG || USUAL.has(id));
  const left = others.filter((one) => !now.includes(one));
  if (left.length > 0) test.skip.each(left)('%s -> %s', isFound);
  test.each(now)('%s -> %s', isFound);
});
