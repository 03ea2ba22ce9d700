import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { retireVerdict } from '../../../scripts/retire-verdict.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-retire-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const write = (name: string, text = 'mine'): void => {
  mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
  writeFileSync(path.join(directory, name), text);
};

test.each(['package.json', '.git/HEAD', 'node_modules/x', 'index.html'])(
  'a directory with %s is someone else’s, and nothing in it is touched',
  (name) => {
    write(name);
    write('sign-offs/mine');
    expect(() => retireVerdict(directory, '.')).toThrow(/holds/);
    expect(readFileSync(path.join(directory, name), 'utf8')).toBe('mine');
    expect(existsSync(path.join(directory, 'sign-offs/mine'))).toBe(true);
  },
);

test.each(['verdict.json', 'evidence.json'])('a report with its %s is cleared of its verdict', (name) => {
  write('index.html');
  write(name);
  retireVerdict(directory, '.');
  expect(existsSync(path.join(directory, 'verdict.json'))).toBe(false);
});

test('a directory that is not there yet is as good', () => {
  expect(() => retireVerdict(directory, 'runs/7')).not.toThrow();
});
