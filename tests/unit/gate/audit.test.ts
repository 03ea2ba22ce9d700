import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lineFile } from '../../../gate/audit.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-audit-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('after a rotation, lines go to the file of the name, which only its owner may read', () => {
  const file = path.join(directory, 'gate.log');
  const write = lineFile(file);
  write('one');
  renameSync(file, `${file}.1`);
  write('two');
  expect(readFileSync(`${file}.1`, 'utf8')).toBe('one\n');
  expect(readFileSync(file, 'utf8')).toBe('two\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a line that cannot be written is an error, at the start and later', () => {
  expect(() => lineFile(path.join(directory, 'nowhere', 'gate.log'))).toThrow(/--audit/);
  const own = path.join(directory, 'own');
  const write = lineFile(own);
  rmSync(directory, { recursive: true });
  expect(existsSync(own)).toBe(false);
  expect(() => write('lost')).toThrow();
});
