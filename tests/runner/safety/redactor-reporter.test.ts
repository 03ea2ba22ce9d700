import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scanFiles } from '../../../safety/scan-files.ts';
import { DIST } from '../../installed.ts';
import { runProject } from './planted-secrets.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const REDACTOR = JSON.stringify([join(DIST, 'safety/redactor-reporter.js')]);

/** Its name does not look secret: only the plan says that it is. */
const NAMED = 'named-by-the-plan-4242';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'greenlight-reporter-'));
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function project(reporters: string, spec: string): void {
  writeFileSync(
    join(directory, 'playwright.config.mjs'),
    `import { defineConfig } from '@playwright/test';
     export default defineConfig({ outputDir: 'out/results', reporter: [${reporters}] });`,
  );
  writeFileSync(
    join(directory, 'some.spec.mjs'),
    `import { test, expect } from '@playwright/test';\n${spec}`,
  );
}

test('it refuses to stand behind a reporter', async () => {
  project(`['list'], ${REDACTOR}`, `test('passes', () => {});`);
  const { output, exitCode } = await runProject(directory, {});
  expect(exitCode).toBe(1);
  expect(output).toContain('the redactor must be the first reporter');
});

test('it masks what only the plan names as secret', async () => {
  const spec = `
    test('passes', async ({}, info) => { console.log('code ' + process.env.SHOP_CODE); info.annotations.push({ type: 'a', description: process.env.SHOP_CODE }); });
    test('fails', () => { expect('code ' + process.env.SHOP_CODE).toBe(''); });`;
  project(`${REDACTOR}, ['list'], ['json', { outputFile: 'out/report.json' }]`, spec);
  writeFileSync(
    join(directory, 'plan.mjs'),
    `export default { target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' } }, secrets: ['SHOP_CODE'], policy: {},
       probes: [{ kind: 'endpoints', id: 'pages-answer', title: 'Pages', paths: ['/'] }] };`,
  );
  const run = async (env: NodeJS.ProcessEnv): Promise<readonly string[]> => {
    const { output } = await runProject(directory, { SHOP_CODE: NAMED, ...env });
    mkdirSync(join(directory, 'out'), { recursive: true });
    writeFileSync(join(directory, 'out/console.txt'), output);
    return scanFiles(join(directory, 'out'), [NAMED]).map((leak) => leak.where);
  };
  expect(await run({})).toEqual(expect.arrayContaining(['console.txt', 'report.json']));
  expect(await run({ GREENLIGHT_PLAN: join(directory, 'plan.mjs') })).toEqual([]);
  expect(readFileSync(join(directory, 'out/report.json'), 'utf8')).toContain('[redacted]');
});

test('a file of the user that a test attaches is copied, never changed', async () => {
  const own = join(directory, 'own.txt');
  writeFileSync(own, 'mine: password="hunter2-hunter2"');
  project(
    `${REDACTOR}, ['list'], ['json', { outputFile: 'out/report.json' }]`,
    `test('passes', ({}, info) => { info.attachments.push({ name: 'own', path: ${JSON.stringify(own)}, contentType: 'text/plain' }); });`,
  );
  const { exitCode } = await runProject(directory, {});
  expect(exitCode).toBe(0);
  expect(readFileSync(own, 'utf8')).toContain('hunter2-hunter2');
  unlinkSync(join(directory, 'node_modules'));
  const report = readFileSync(join(directory, 'out/report.json'), 'utf8');
  const attached = /"path": "([^"]*own\.txt)"/.exec(report)?.[1] ?? '';
  expect(attached).toContain(join('out', 'results', 'redacted'));
  expect(readFileSync(attached, 'utf8')).toBe('mine: password="[redacted]"');
});
