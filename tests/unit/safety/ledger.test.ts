import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openLedger } from '../../../safety/ledger.ts';
import { fileNameOf } from '../../../host/state-file.ts';

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

describe('what cannot be read is told', () => {
  const file = (): string => join(state, 'ledger', today());

  test.each([5, 20, 30])(
    'an entry that lost its last %i bytes is outstanding, and damage until it is settled',
    async (bytes) => {
      const ledger = await openLedger(state, 'shop');
      const id = await ledger.record(entry);
      await truncate(file(), (await stat(file())).size - bytes);
      const again = await openLedger(state, 'shop');
      expect(await again.outstanding()).toMatchObject([{ ...entry, id, target: 'shop' }]);
      expect(await again.damage()).toHaveLength(1);
      await again.settle(id, 'undone');
      expect(await again.outstanding()).toEqual([]);
      expect(await again.damage()).toEqual([]);
    },
  );

  test.each([
    ['cut in the middle', (text: string) => text.slice(0, 60)],
    ['full of NULs', (text: string) => '\0'.repeat(text.length)],
    ['overwritten in part', (text: string) => `${text.slice(0, 20)}\0\0\0${text.slice(40)}`],
    ['glued to another', (text: string) => text.replace('{', 'x{')],
  ])('an entry %s is damage', async (_name, spoil) => {
    const ledger = await openLedger(state, 'shop');
    await ledger.record(entry);
    await writeFile(file(), spoil(await readFile(file(), 'utf8')));
    expect(await ledger.outstanding()).toEqual([]);
    const [damage, ...more] = await ledger.damage();
    expect(more).toEqual([]);
    expect(damage).toMatchObject({ file: file() });
    expect(damage?.text).toMatch(/^[\x20-\x7e]+$/);
  });

  test('a file with damage is not removed when it is old', async () => {
    await openLedger(state, 'shop');
    const old = join(state, 'ledger', `${fileNameOf('shop')}.2020-01-01.jsonl`);
    await writeFile(old, '\0\0\0');
    expect(await (await openLedger(state, 'shop')).damage()).toHaveLength(1);
  });

  test('a settlement that was cut leaves its entry outstanding', async () => {
    const ledger = await openLedger(state, 'shop');
    const id = await ledger.record(entry);
    await ledger.settle(id, 'undone');
    await truncate(file(), (await stat(file())).size - 5);
    expect((await ledger.outstanding()).map((one) => one.id)).toEqual([id]);
    expect(await ledger.damage()).toEqual([]);
  });
});

test('an entry knows whether its request was answered, and no answer is never taken back', async () => {
  const ledger = await openLedger(state, 'shop');
  const id = await ledger.record(entry);
  await ledger.answered(id, 'unanswered');
  await ledger.answered(id, 'answered');
  expect((await (await openLedger(state, 'shop')).outstanding())[0]?.request).toBe('unanswered');
});
