import { spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunRecord } from '../../../contract/history/run-record.ts';
import { createFileStore } from '../../../history/file-store.ts';
import { checkRecord, runRecord } from '../../history/run-record.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-history-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const at = (day: number, minute: number, different: Partial<RunRecord> = {}): RunRecord =>
  runRecord({
    run: `d${day}m${minute}`,
    startedAt: new Date(Date.UTC(2026, 10, day, 10, minute)).toISOString(),
    ...different,
  });

const folder = (): string => path.join(directory, readdirSync(directory)[0] ?? '');

test('what was appended is read by target, phase, place, time and number, oldest first', async () => {
  const store = createFileStore(directory);
  await store.append(at(2, 5));
  await store.append(at(1, 0));
  await store.append(at(2, 0, { location: 'iad' }));
  await store.append(at(2, 10, { phase: 'watch' }));
  const runs = async (query: object): Promise<string[]> =>
    (await store.read({ target: 'shop', ...query })).records.map(({ run }) => run);
  expect(await runs({})).toEqual(['d1m0', 'd2m0', 'd2m5', 'd2m10']);
  expect(await runs({ last: 1 })).toEqual(['d2m10']);
  expect(await runs({ phase: 'synthetic', last: 2 })).toEqual(['d2m0', 'd2m5']);
  expect(await runs({ location: 'iad' })).toEqual(['d2m0']);
  expect(await runs({ since: '2026-11-02T10:05:00Z' })).toEqual(['d2m5', 'd2m10']);
  expect(await createFileStore(directory).read({ target: 'other' })).toEqual({
    records: [],
    damaged: [],
    tailDamaged: false,
  });
});

test('a torn tail loses one record and says so, and the next record is whole', async () => {
  const store = createFileStore(directory);
  await store.append(at(2, 0));
  await store.append(at(2, 5));
  const file = path.join(folder(), '2026-11-02.ndjson');
  truncateSync(file, readFileSync(file).length - 40);
  const torn = await store.read({ target: 'shop' });
  expect(torn.records.map(({ run }) => run)).toEqual(['d2m0']);
  expect(torn).toMatchObject({ tailDamaged: true });
  expect(torn.damaged[0]).toContain('2026-11-02.ndjson:4 is cut short');
  await store.append(at(2, 10));
  const after = await store.read({ target: 'shop' });
  expect(after.records.map(({ run }) => run)).toEqual(['d2m0', 'd2m10']);
  expect(after).toMatchObject({ tailDamaged: false, damaged: [expect.stringContaining('cut short')] });
  // The newest is the last of several, whatever day it stands in.
  await store.append(at(3, 0));
  appendFileSync(path.join(folder(), '2026-11-03.ndjson'), '{"torn');
  const both = await store.read({ target: 'shop' });
  expect(both.tailDamaged).toBe(true);
  expect(both.damaged).toHaveLength(2);
  expect(both.damaged.at(-1)).toContain('2026-11-03.ndjson');
});

test('a history that cannot be written or read says so by name', async () => {
  const store = createFileStore(path.join(directory, 'a'));
  appendFileSync(path.join(directory, 'a'), 'a file where the folder should be');
  await expect(store.append(at(1, 0))).rejects.toMatchObject({ code: 'HISTORY_UNWRITABLE' });
  const elsewhere = path.join(directory, 'b');
  const other = createFileStore(elsewhere);
  await other.append(at(1, 0));
  // A folder of that name is nothing that can be read.
  mkdirSync(path.join(elsewhere, readdirSync(elsewhere)[0] ?? '', '2026-11-03.ndjson'));
  await expect(other.read({ target: 'shop' })).rejects.toMatchObject({ code: 'HISTORY_UNREADABLE' });
});

test('retention removes old days and keeps every change, once, whoever removes at the same time', async () => {
  const store = createFileStore(directory);
  const fail = { decision: 'NO_GO', checks: [checkRecord({ outcome: 'fail' })] } as const;
  await store.append(at(1, 0));
  await store.append(at(1, 5));
  await store.append(at(1, 10, { ...fail, checks: [...fail.checks] }));
  await store.append(at(2, 0, { ...fail, checks: [...fail.checks] }));
  await store.append(at(2, 5));
  await store.append(at(2, 10));
  await store.append(at(20, 0));
  await expect(store.prune('shop', '2026-11-01T12:00:00Z')).resolves.toEqual({ removed: 0, kept: 0 });
  await Promise.all([
    store.prune('shop', '2026-11-10T00:00:00Z'),
    createFileStore(directory).prune('shop', '2026-11-10T00:00:00Z'),
  ]);
  const left = await store.read({ target: 'shop' });
  // The first ever, the two transitions, and what is not old.
  expect(left.records.map(({ run }) => run)).toEqual(['d1m0', 'd1m10', 'd2m5', 'd20m0']);
  expect(readdirSync(folder()).sort()).toEqual(['2026-11-20.ndjson', 'changes.ndjson']);
  await store.append(at(3, 0));
  expect(await store.prune('shop', '2026-11-10T00:00:00Z')).toEqual({ removed: 1, kept: 0 });
});

test('two processes that append at once lose nothing', async () => {
  const store = path.resolve(import.meta.dirname, '../../../history/file-store.ts');
  const records = path.resolve(import.meta.dirname, '../../history/run-record.ts');
  const script = (name: string): string => `
    import { createFileStore } from ${JSON.stringify(store)};
    import { runRecord } from ${JSON.stringify(records)};
    const store = createFileStore(${JSON.stringify(directory)});
    for (let i = 0; i < 40; i += 1) await store.append(runRecord({ run: '${name}' + i, reason: 'x'.repeat(9000) }));`;
  await Promise.all(
    ['a', 'b'].map(
      (name) =>
        new Promise<void>((resolve, reject) => {
          const child = spawn(
            process.execPath,
            ['--import', 'tsx', '--input-type=module', '-e', script(name)],
            {
              stdio: ['ignore', 'ignore', 'inherit'],
            },
          );
          child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`ended with ${code}`))));
        }),
    ),
  );
  const read = await createFileStore(directory).read({ target: 'shop' });
  expect(read.damaged).toEqual([]);
  expect(new Set(read.records.map(({ run }) => run)).size).toBe(80);
});
