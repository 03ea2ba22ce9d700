import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { descendants } from '../../contracts/demo/process-tree.ts';
import { scratch } from '../../contracts/demo/scratch.ts';
import { eachUsually } from '../../long.ts';
import { bootDemo } from './built-demo.ts';

const root = scratch();

const ours = (): string[] =>
  descendants(process.pid)
    .map(({ command }) => command)
    .filter((command) => /postgres|redis|demo\/processes/.test(command));

test.each([
  ['a fault that is none', { fault: 'no-such' }, 'NAME_UNKNOWN', /no fault "no-such"/],
  ['too few rows', { rows: 3 }, 'OPTION_INVALID', /cannot have 3 orders/],
  ['half a row', { rows: 100.5 }, 'OPTION_INVALID', /cannot have 100.5 orders/],
])('%s is refused before anything starts', async (_, options, code, message) => {
  const directory = path.join(root, 'refused');
  await expect(bootDemo({ ...options, directory })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
  expect(existsSync(directory)).toBe(false);
});

eachUsually(
  ['starting PostgreSQL', 'cut-over: moving'],
  [['starting PostgreSQL'], ['seeding'], ['taking live orders'], ['cut-over: moving']],
  'an abort while %s leaves no process and no file of ours',
  async (stage) => {
    const directory = mkdtempSync(path.join(root, 'abort-'));
    writeFileSync(path.join(directory, 'of-somebody-else'), '');
    const abort = new AbortController();
    const booting = bootDemo({
      rows: 100,
      directory,
      signal: abort.signal,
      // A moment into the stage, so that its work is under way.
      onProgress: (line) =>
        void (line.startsWith(stage) && setTimeout(() => abort.abort(new Error('Ctrl-C')), 30)),
    });
    await expect(booting).rejects.toThrow('Ctrl-C');
    expect(ours()).toEqual([]);
    expect(readdirSync(directory)).toEqual(['of-somebody-else']);
  },
);

test('a part that cannot start is named, and everything else is taken down', async () => {
  const directory = mkdtempSync(path.join(root, 'broken-'));
  // The cluster wants this name for itself.
  writeFileSync(path.join(directory, 'new'), '');
  await expect(bootDemo({ rows: 100, directory })).rejects.toMatchObject({ code: 'DEMO_FAILED' });
  expect(ours()).toEqual([]);
  expect(readdirSync(directory)).toEqual(['new']);
});
