import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judge } from '../../../reporters/judge.ts';
import { makeAllureReport } from '../../../reporters/publishers/allure.ts';
import { createFilePublisher } from '../../../reporters/publishers/file.ts';
import { renderers } from '../../../reporters/renderers/index.ts';
import { attempt, DECIDED, evidenceOf, planned } from '../../unit/reporters/evidence-builders.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'greenlight-publish-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const verdict = judge(evidenceOf([planned('a')], [attempt('a')]), DECIDED);

test('writes every file whole, and leaves nothing else', async () => {
  const directory = join(root, 'report');
  const files = { 'verdict.json': renderers.json(verdict), 'index.html': renderers.html(verdict) };
  await createFilePublisher(directory).publish(verdict, files);
  expect(readdirSync(directory).sort()).toEqual(['index.html', 'verdict.json']);
  expect(readFileSync(join(directory, 'verdict.json'), 'utf8')).toBe(files['verdict.json']);
});

test('a file that cannot be written takes an older verdict away and is told', async () => {
  const directory = join(root, 'stale');
  mkdirSync(join(directory, 'index.html'), { recursive: true });
  writeFileSync(join(directory, 'verdict.json'), '{"decision":"GO"}');
  const publishing = createFilePublisher(directory).publish(verdict, {
    'verdict.json': renderers.json(verdict),
    'index.html': renderers.html(verdict),
  });
  await expect(publishing).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST|directory/i);
  expect(existsSync(join(directory, 'verdict.json'))).toBe(false);
  expect(readdirSync(directory)).toEqual(['index.html']);
});

const RESULT = JSON.stringify({
  uuid: '11111111-1111-4111-8111-111111111111',
  name: 'orders-preserved',
  status: 'passed',
  stage: 'finished',
  start: 1,
  stop: 2,
  steps: [],
  attachments: [],
  parameters: [],
  labels: [],
  links: [],
});

test('Allure: says what is missing', async () => {
  const results = join(root, 'no-results');
  const report = join(root, 'allure');
  await expect(makeAllureReport({ results, report })).rejects.toMatchObject({ code: 'INPUT_FOREIGN' });
  mkdirSync(results);
  await expect(makeAllureReport({ results, report })).rejects.toMatchObject({ code: 'INPUT_FOREIGN' });
  writeFileSync(join(results, 'a-result.json'), RESULT);
  const withoutJava = makeAllureReport({ results, report, env: { PATH: root } });
  await expect(withoutJava).rejects.toThrow(/needs Java/);
});

const java = (process.env['PATH'] ?? '').split(':').some((directory) => existsSync(join(directory, 'java')));

test.runIf(java)('Allure: one page that reports to nobody', async () => {
  const results = join(root, 'results');
  mkdirSync(results);
  writeFileSync(join(results, 'a-result.json'), RESULT);
  const page = await makeAllureReport({ results, report: join(root, 'allure') });
  const text = readFileSync(page, 'utf8');
  expect(text.length).toBeGreaterThan(100_000);
  expect(text).not.toContain('googletagmanager.com');
});
