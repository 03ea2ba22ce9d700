import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { clearReport, reportFiles } from '../../../host/report-files.ts';
import { retireVerdict } from '../../../run/retire-verdict.ts';
import { makeRunDirectory, removeDeadRuns } from '../../../run/run-directory.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-retire-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const write = (name: string, text = 'mine'): void => {
  mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
  writeFileSync(path.join(directory, name), text);
};

const tree = (): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
    .sort();
const EVIDENCE = '{"schema":"greenlight/evidence@1"}';

test.each([
  'package.json',
  '.git/HEAD',
  'node_modules/x',
  'index.html',
  'playwright/my.spec.ts',
  'sign-offs/contract.pdf',
  'allure-results/readme.md',
  'junit.xml',
  'notes.txt',
  '.env',
])('a directory with %s is someone else’s, and nothing in it is touched', (name) => {
  write(name);
  write('sign-offs/mine');
  const before = tree();
  expect(() => retireVerdict(directory, '.')).toThrow(/holds .*nothing in it was touched/);
  expect(tree()).toEqual(before);
});

// Shares of a run write into one directory at the same time, and a killed run leaves what it had begun.
test.each([
  'verdict.json.18785-f6ffc518.tmp',
  'greenlight-report.json.1-00000000.tmp',
  'index.html.7-a0b1c2d3.tmp',
])('a directory with nothing but %s is one for reports', (name) => {
  write(name);
  expect(() => retireVerdict(directory, '.')).not.toThrow();
});

test.each(['verdict.json.tmp', 'thesis.docx.18785-f6ffc518.tmp', 'verdict.json.18785-f6ffc518.tmp.bak'])(
  'a directory with %s is someone else’s',
  (name) => {
    write(name);
    expect(() => retireVerdict(directory, '.')).toThrow(/holds .*nothing in it was touched/);
  },
);

test.each([
  ['verdict.json', '{}'],
  ['verdict.json', '{"schema":"someone/verdict@1"}'],
  ['evidence.json', 'mine'],
  ['greenlight-report.json', 'mine'],
])('%s of another shape is no mark of ours', (name, text) => {
  write(name, text);
  expect(() => retireVerdict(directory, '.')).toThrow(/holds/);
  expect(readFileSync(path.join(directory, name), 'utf8')).toBe(text);
});

test.each([
  ['verdict.json', '{"schema":"greenlight/verdict@1"}'],
  ['evidence.json', EVIDENCE],
  ['greenlight-report.json', '{"schema":"greenlight/report@1"}'],
])('a report with its %s is cleared of its verdict', (name, text) => {
  write('index.html');
  write(name, text);
  retireVerdict(directory, '.');
  expect(existsSync(path.join(directory, 'verdict.json'))).toBe(false);
});

test.each([['runs/7'], ['.']])('%s, not there yet or empty, is as good', (output) => {
  expect(() => retireVerdict(directory, output)).not.toThrow();
});

test('what disks and other machines put there is not in the way', () => {
  for (const name of [
    'lost+found/x',
    '.gitkeep',
    'shard-1-of-2.json',
    'shard-load-of-2-segment-1-of-3.json',
  ]) {
    write(name);
  }
  expect(() => retireVerdict(directory, '.')).not.toThrow();
  expect(tree()).toContain('shard-1-of-2.json');
});

test('a report is cleared of what runs wrote, and of nothing else', () => {
  const ours = [
    'evidence.json',
    'index.html',
    'junit.xml',
    'playwright/session-0/shop/trace.zip',
    'playwright/session-0.log',
    'sign-offs/release-manager-0123456789ab.dsse.json',
    'allure-results/0b0c1d2e-0000-4000-8000-000000000000-result.json',
    'allure-report/index.html',
  ];
  const theirs = [
    'playwright/my.spec.ts',
    'sign-offs/contract.pdf',
    'sign-offs/other.dsse.json',
    'allure-results/readme.md',
    'allure-report/notes.txt',
    'notes.txt',
    'shard-1-of-2.json',
  ];
  for (const name of [...ours, ...theirs]) write(name, name === 'evidence.json' ? EVIDENCE : 'mine');
  retireVerdict(directory, '.');
  clearReport(reportFiles(directory));
  expect(tree()).toEqual([...theirs, 'greenlight-report.json'].sort());
});

test('scratch of a killed run goes, and what bears no mark of ours stays', () => {
  const dead = path.join(directory, 'runs', 'abc-999999');
  makeRunDirectory(dead);
  const mark = path.join(dead, 'greenlight-scratch.json');
  const owner = JSON.parse(readFileSync(mark, 'utf8')) as Record<string, unknown>;
  writeFileSync(mark, JSON.stringify({ ...owner, pid: 999_999, start: '1' }));
  const alive = path.join(directory, 'runs', `def-${process.pid}`);
  makeRunDirectory(alive);
  write('runs/build-999999/result.txt');
  write('runs/backup-2024/greenlight-scratch.json', 'mine');
  removeDeadRuns(alive);
  expect(readdirSync(path.join(directory, 'runs')).sort()).toEqual([
    'backup-2024',
    'build-999999',
    `def-${process.pid}`,
  ]);
  expect(statSync(alive).mode & 0o777).toBe(0o700);
});
