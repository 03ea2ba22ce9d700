import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLedger } from '../../../safety/ledger.ts';
import { fileNameOf } from '../../../safety/state-file.ts';

let state: string;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'greenlight-ledger-'));
});
afterEach(() => rm(state, { recursive: true, force: true }));

const entry = {
  run: 'r1',
  check: 'visitor-can-register',
  kind: 'customer',
  identity: 'gl-r1-1@example.test',
};
const today = (): string => `${fileNameOf('shop')}.${new Date().toISOString().slice(0, 10)}.jsonl`;

test('an entry is outstanding until it is settled, also for a ledger that is opened later', async () => {
  const ledger = await openLedger(state, 'shop');
  const first = await ledger.record(entry);
  const second = await ledger.record({ ...entry, identity: 'gl-r1-2' });
  const later = await openLedger(state, 'shop');
  expect((await later.outstanding()).map(({ id }) => id)).toEqual([first, second]);
  expect((await later.outstanding())[0]).toMatchObject({ ...entry, target: 'shop' });
  await later.settle(first, 'undone');
  await later.settle(second, 'kept');
  expect(await ledger.outstanding()).toEqual([]);
});

test('targets do not see each other, even when their names look alike', async () => {
  await (await openLedger(state, 'shop eu')).record(entry);
  expect(await (await openLedger(state, 'shop-eu')).outstanding()).toEqual([]);
  await (await openLedger(state, '../../../etc/passwd')).record(entry);
  expect(await readdir(state)).toEqual(['ledger']);
});

test('a half-written last line is nothing, and the next entry is not glued to it', async () => {
  const ledger = await openLedger(state, 'shop');
  const first = await ledger.record(entry);
  await appendFile(join(state, 'ledger', today()), '\n{"v":1,"created":{"id":"torn');
  const second = await ledger.record(entry);
  expect((await ledger.outstanding()).map(({ id }) => id)).toEqual([first, second]);
});

test('a whole line of another shape is an error, never silence', async () => {
  const ledger = await openLedger(state, 'shop');
  await ledger.record(entry);
  await appendFile(join(state, 'ledger', today()), '{"v":2,"created":{"id":"x"}}\n');
  await expect(ledger.outstanding()).rejects.toMatchObject({ code: 'LEDGER_UNREADABLE' });
});

test('a full disk is an error before anything is created', async () => {
  await mkdir(join(state, 'ledger'));
  await symlink('/dev/full', join(state, 'ledger', today()));
  const ledger = await openLedger(state, 'shop');
  await expect(ledger.record(entry)).rejects.toMatchObject({ code: 'LEDGER_UNWRITABLE' });
  await expect(ledger.record(entry)).rejects.toThrow(/ENOSPC/);
});

test('a state directory that cannot be made is an error', async () => {
  await writeFile(join(state, 'file'), '');
  await expect(openLedger(join(state, 'file'), 'shop')).rejects.toMatchObject({ code: 'LEDGER_UNWRITABLE' });
});

test('old files go when all in them is settled, and stay while something is outstanding', async () => {
  const directory = join(state, 'ledger');
  const old = (day: string): string => join(directory, `${fileNameOf('shop')}.${day}.jsonl`);
  const ledger = await openLedger(state, 'shop');
  const settled = await ledger.record(entry);
  await rename(join(directory, today()), old('2020-01-01'));
  const left = await ledger.record(entry);
  await ledger.settle(settled, 'undone');
  await rename(join(directory, today()), old('2020-01-02'));
  const again = await openLedger(state, 'shop');
  expect(await readdir(directory)).toEqual([`${fileNameOf('shop')}.2020-01-02.jsonl`]);
  expect((await again.outstanding()).map(({ id }) => id)).toEqual([left]);
  await again.settle(left, 'undone');
  await openLedger(state, 'shop');
  expect(await readdir(directory)).toEqual([today()]);
  expect(await readFile(join(directory, today()), 'utf8')).toContain(left);
});
