import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDirectory } from '../../../host/make-directory.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'greenlight-make-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('makes what is missing, and is content with what is there', () => {
  const deep = join(directory, 'a/b/c');
  makeDirectory(deep);
  makeDirectory(deep);
  expect(statSync(deep).isDirectory()).toBe(true);
});

test('a file in the way is an error', () => {
  writeFileSync(join(directory, 'a'), '');
  expect(() => makeDirectory(join(directory, 'a'))).toThrow('EEXIST');
  expect(() => makeDirectory(join(directory, 'a/b'))).toThrow();
});

test.skipIf(process.platform !== 'linux')('where the system makes none, it ends', () => {
  expect(() => makeDirectory('/proc/nope/a')).toThrow('/proc/nope');
});
