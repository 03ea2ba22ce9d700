import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SpecReport } from '../../../contract/evidence/spec-report.ts';
import { type CheckResult, Verdict } from '../../../contract/verdict/verdict.ts';
import { newKeyPair } from '../../../signing/key-file.ts';
import { startTarget, type Target } from '../../e2e/project.ts';
import { installedProject, type InstalledProject } from '../checks/installed-project.ts';
import { startIn } from './start-in.ts';

/** Of the kind that only a list of names would find. */
const TOKEN = 'correct-horse-battery-staple-41';
/** The configuration that the user had before Greenlight came. */
const CONFIG = `import { defineConfig } from '@playwright/test';
export default defineConfig({
  testDir: '.', workers: 1, retries: Number(process.env.TRIES ?? 0),
  reporter: [['list'], ['json', { outputFile: 'own-report-' + process.env.NAME + '.json' }]],
  use: { baseURL: process.env.SHOP_URL ?? process.env.GREENLIGHT_TARGET_URL },
});`;

const SPECS: Readonly<Record<string, string>> = {
  'e2e/shop.spec.ts': `import { test, expect } from '@playwright/test';
    test.describe('@shop', () => {
      test('says hello', async ({ request }) => {
        // The configuration and the plan give the same address; the key that signs, and our run, are nobody's here.
        const hidden = ['GREENLIGHT_SIGNING_KEY', 'GREENLIGHT_RUN'].filter((name) => process.env[name] !== undefined);
        expect(hidden).toEqual([]);
        console.log('the token is', process.env.SHOP_TOKEN);
        expect(await (await request.get('/hello')).text()).toBe('hello');
      });
      test('is known to be slow', async ({}) => { test.fail(); expect(1).toBe(2); });
      test('is skipped', async ({}) => { test.skip(true, 'no such page yet'); });
    });
    test('@total is right', async ({ request }) => {
      expect(await (await request.get('/total')).text(), 'with ' + process.env.SHOP_TOKEN).toBe('1999');
    });
    test('@broken before it asks', async ({ request }) => { (undefined as any).length; });
    test('@late for ever', async ({ request }) => { await new Promise(() => {}); });
    test('@kill', async () => { process.kill(process.ppid, 'SIGKILL'); await new Promise(() => {}); });
    test('@again', async ({ request }, info) => { expect(info.retry, 'at the first try').toBe(1); });`,
  'e2e/syntax.spec.ts': `import { test } from '@playwright/test';\ntest('never', async () => { const = 1; });`,
  'other/playwright.config.ts': `throw new Error('the configuration of other is broken');`,
  'other/any.spec.ts': `import { test } from '@playwright/test';\ntest('any', async () => {});`,
  'local/any.spec.ts': `import { test, expect } from '@playwright/test';
    test('any', async ({ request }) => { expect(await (await request.get('/hello')).text()).toBe('hello'); });`,
  'staged/playwright.config.ts': `import { defineConfig } from '@playwright/test';
    export default defineConfig({
      use: { baseURL: process.env.GREENLIGHT_TARGET_URL },
      projects: [{ name: 'setup', testMatch: '*.setup.ts' }, { name: 'web', dependencies: ['setup'] }],
    });`,
  'staged/account.setup.ts': `import { test, expect } from '@playwright/test';
    test('logs in', async () => { expect('the account is locked').toBe('logged in'); });`,
  'staged/any.spec.ts': `import { test, expect } from '@playwright/test';
    test('any', async ({ request }) => { expect((await request.get('/hello')).status()).toBe(200); });`,
  'e2e/wait.spec.ts': `import { test } from '@playwright/test';
    import { writeFileSync } from 'node:fs';
    test.afterEach(() => writeFileSync('cleaned-up', ''));
    test('waits', async () => { writeFileSync('started', String(process.ppid)); await new Promise(() => {}); });`,
  // Beside ours: the plan's own Playwright takes this file, too.
  'greenlight/plain.spec.mts': `import { test, expect } from '@playwright/test';
    test('the basket is there', async ({ request }) => {
      expect((await request.get(process.env.GREENLIGHT_TARGET_URL + '/basket')).status()).toBe(200);
    });`,
};

const checks: readonly (readonly [string, string])[] = [
  [
    'shop-works',
    `grep: '@shop', allowSkipped: true, env: { NAME: 'shop', SHOP_TOKEN: secret('SHOP_TOKEN') }`,
  ],
  ['total-is-right', `grep: '@total', env: { NAME: 'total', SHOP_TOKEN: secret('SHOP_TOKEN') }`],
  ['all-may-be-asked', `grep: '@shop'`],
  ['broken-is-told', `grep: '@broken'`],
  ['nothing-matches', `grep: '@nothing'`],
  ['another-is-asked', `grep: '@shop', allowSkipped: true, env: { SHOP_URL: 'http://127.0.0.1:9/' }`],
  ['late-ends', `grep: '@late', timeoutMinutes: 0.07`],
  ['killed-is-told', `grep: '@kill'`],
  ['again-is-flaky', `grep: '@again', env: { TRIES: '1' }`],
];

function planOf(url: string): string {
  const specs = [
    ...checks.map(
      ([id, more]) => `{ id: '${id}', title: 'Title of ${id}', spec: 'e2e/shop.spec.ts', ${more} }`,
    ),
    `{ id: 'syntax-is-told', title: 'Syntax', spec: 'e2e/syntax.spec.ts' }`,
    `{ id: 'config-is-told', title: 'Configuration', spec: 'other' }`,
    `{ id: 'local-is-told', title: 'A server of its own', spec: 'local' }`,
    `{ id: 'set-up-is-told', title: 'A set-up beside its tests', spec: 'staged' }`,
    `{ id: 'waits-for-long', title: 'Waits', spec: 'e2e/wait.spec.ts', phases: ['watch'] }`,
    `{ id: 'basket-is-there', title: 'Beside ours', spec: 'greenlight/plain.spec.mts' }`,
  ];
  return `import { defineConfig, secret } from 'greenlight';
    export default defineConfig({ target: { name: 'shop', urls: { app: '${url}' } }, workers: 1, specs: [${specs.join(',\n')}] });`;
}

let target: Target;
let project: InstalledProject;
let run: { readonly code: number | null; readonly output: string };
let verdict: Verdict;

beforeAll(async () => {
  target = await startTarget();
  target.answer = (at) => ({ status: 200, body: at === '/total' ? '1234' : 'hello' });
  project = installedProject('module', planOf(target.url));
  project.write('e2e/playwright.config.ts', CONFIG);
  project.write('local/playwright.config.ts', ownServer(await freePort()));
  project.write('greenlight/readiness.spec.mts', stub('defineReadiness'));
  project.write('greenlight/suites.spec.mts', stub('defineSuites'));
  for (const [file, content] of Object.entries(SPECS)) project.write(file, content);
  const env = { SHOP_TOKEN: TOKEN, GREENLIGHT_SIGNING_KEY: newKeyPair().privatePem };
  run = await project.greenlight(['run'], env);
  verdict = Verdict.parse(JSON.parse(readReport('verdict.json')));
});
afterAll(async () => {
  project.remove();
  await target.close();
});

/** Playwright then takes that server for the address of relative requests, without a word in `use`. */
function ownServer(port: number): string {
  const serve = `require('node:http').createServer((_, answer) => answer.end('hello')).listen(${port}, '127.0.0.1')`;
  const command = `${JSON.stringify(process.execPath)} -e ${JSON.stringify(serve)}`;
  return `import { defineConfig } from '@playwright/test';
    export default defineConfig({ webServer: { command: ${JSON.stringify(command)}, port: ${port} } });`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

function stub(define: string): string {
  return `import { ${define} } from 'greenlight/test';\nimport plan from '../greenlight.config.mts';\n${define}(plan);`;
}

function readReport(file: string): string {
  return readFileSync(path.join(project.directory, 'greenlight-report', file), 'utf8');
}

function of(id: string): CheckResult {
  const found = verdict.checks.find((check) => check.id === id);
  if (found === undefined) throw new Error(`${id} is not in the verdict: ${run.output}`);
  return found;
}

function reportIn(id: string): SpecReport | undefined {
  const detail = of(id).findings[0]?.detail;
  return detail?.kind === 'spec' ? detail.spec : undefined;
}

test.each([
  ['shop-works', 'passed', null, '1 test passed, 1 failed as expected, 1 skipped, which the plan allows'],
  ['basket-is-there', 'passed', null, '1 test passed'],
  ['total-is-right', 'failed', 'assertion', '1 of 1 test failed: "@total is right" (shop.spec.ts:13)'],
  [
    'all-may-be-asked',
    'unknown',
    'skipped',
    '1 of 3 tests was skipped: "@shop › is skipped" (shop.spec.ts:11): skip: no such page yet',
  ],
  ['broken-is-told', 'unknown', 'broken-test', "Cannot read properties of undefined (reading 'length')"],
  ['nothing-matches', 'unknown', 'no-tests', 'no test that matches @nothing was found in e2e/shop.spec.ts'],
  ['another-is-asked', 'unknown', 'other-target', 'asks http://127.0.0.1:9/ (baseURL)'],
  ['late-ends', 'unknown', 'timed-out', 'its tests had not ended after 0.07 minutes'],
  ['killed-is-told', 'unknown', 'playwright-broke', 'by SIGKILL'],
  ['again-is-flaky', 'flaky', 'failed-then-passed', '1 of 1 test passed only when it was tried again'],
  ['syntax-is-told', 'unknown', 'spec-not-loaded', 'SyntaxError'],
  ['config-is-told', 'unknown', 'playwright-broke', 'the configuration of other is broken'],
  ['local-is-told', 'unknown', 'other-target', 'asks http://localhost:'],
  ['set-up-is-told', 'unknown', 'set-up-broke', 'logs in'],
])('%s: %s', (id, state, cause, summary) => {
  const check = of(id);
  expect([check.state, check.cause], check.summary).toEqual([state, cause]);
  expect(check.summary).toContain(summary);
  // Whoever could not tell says what to do; what a flaky test means is for the policy.
  if (state === 'unknown') expect(check.findings[0]?.remedy).toMatch(/\w+/);
});

describe('the run', () => {
  test('is NO_GO for the test that failed, and shows it in progress, terminal and page', () => {
    expect(run.code, run.output).toBe(10);
    expect(run.output).toMatch(/✓ shop-works/);
    expect(run.output).toMatch(/\? late-ends could not tell/);
    expect(run.output).toContain('Existing specs (');
    expect(run.output).toMatch(/shop\.spec\.ts:13 "@total is right" failed: .*1999/);
    const page = readReport('index.html');
    expect(page).toContain('Existing specs');
    expect(page).toContain('shop.spec.ts:13');
    expect(verdict.faults).toEqual([]);
  });

  test('names every test in the evidence', () => {
    const report = reportIn('shop-works');
    expect(report?.addresses).toEqual([target.url]);
    expect(report?.tests.map(({ title, outcome }) => [title, outcome])).toEqual([
      ['@shop › is known to be slow', 'expected-failure'],
      ['@shop › is skipped', 'skipped'],
      ['@shop › says hello', 'passed'],
    ]);
    expect(reportIn('all-may-be-asked')?.tests.find(({ outcome }) => outcome === 'skipped')?.error).toContain(
      'no such page yet',
    );
  });

  test('asks the target once for a spec that lies beside ours', () => {
    expect(target.requests.filter((request) => request === 'GET /basket')).toHaveLength(1);
  });

  test('leaves the reporters of the user at work, and no secret anywhere', () => {
    expect(existsSync(path.join(project.directory, 'e2e/own-report-shop.json'))).toBe(true);
    expect(run.output).not.toContain(TOKEN);
    const report = path.join(project.directory, 'greenlight-report');
    const files = readdirSync(report, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
    const holding = files.filter((one) => readFileSync(path.join(one.parentPath, one.name)).includes(TOKEN));
    expect(holding.map(({ name }) => name)).toEqual([]);
    expect(readReport('evidence.json')).toContain('[redacted]');
  });
});

// The last one: it writes its report over that of the others.
test('Ctrl-C ends the Playwright of the user, and its hooks still run', async () => {
  const [started, cleanedUp] = [
    path.join(project.directory, 'e2e/started'),
    path.join(project.directory, 'e2e/cleaned-up'),
  ];
  const cli = 'node_modules/greenlight/dist/scripts/greenlight.js';
  const going = startIn(project.directory, [cli, 'run', '--phase', 'watch'], { SHOP_TOKEN: TOKEN });
  await expect.poll(() => existsSync(started), { timeout: 60_000 }).toBe(true);
  going.signal('SIGINT');
  expect(await going.ended).toBe(130);
  expect(existsSync(cleanedUp)).toBe(true);
  expect(() => process.kill(Number(readFileSync(started, 'utf8')), 0)).toThrow('ESRCH');
});
