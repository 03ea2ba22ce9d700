import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTarget, type Target } from '../../e2e/project.ts';
import { installedProject, type InstalledProject } from '../checks/installed-project.ts';
import { startIn } from './start-in.ts';

/** A spec that knows nothing of Greenlight, in the folder of ours. */
const PLAIN = `import { test, expect } from '@playwright/test';

test('a visitor sees the heading', async ({ page }) => {
  await page.goto(process.env.TARGET + '/page');
  await expect(page.getByRole('heading')).toHaveText('Welcome');
});

test('the total is right', async ({ request }) => {
  expect(await (await request.get(process.env.TARGET + '/total')).text()).toBe('1999');
});
`;

let target: Target;
let project: InstalledProject;
let env: Readonly<Record<string, string>>;
let total = '1';

beforeAll(async () => {
  target = await startTarget();
  target.answer = (at) =>
    at === '/page'
      ? { status: 200, body: '<h1>Welcome</h1>', headers: { 'content-type': 'text/html' } }
      : { status: 200, body: at === '/total' ? total : 'hello' };
  env = { TARGET: target.url };
  project = installedProject('module', undefined);
  const init = await project.greenlight(['init', '--url', target.url]);
  expect(init.code, init.output).toBe(0);
  project.write('greenlight/plain.spec.mts', PLAIN);
});
afterAll(async () => {
  project.remove();
  await target.close();
});

test('--list shows the checks of the plan and the plain spec, each at its place', async () => {
  const { code, listed, output } = await project.playwright(['--list'], env);
  expect(code, output).toBe(0);
  expect(listed).toContainEqual(
    expect.stringMatching(/^\[suites\] › suites\.spec\.mts:\d+:\d+ › The home page/),
  );
  expect(listed).toContain('[suites] › plain.spec.mts:3:1 › a visitor sees the heading');
});

// What the run icon of VS Code asks for.
test('a file and a line run that test, and a plain spec finds the browser', async () => {
  const { code, output } = await project.playwright(['greenlight/plain.spec.mts:3', '--no-deps'], env);
  expect(code, output).toBe(0);
  expect(output).toContain('1 passed');
});

test('-g runs what it names, and --last-failed what failed of it', async () => {
  const named = await project.playwright(['-g', '@home-page-answers|the total is right', '--no-deps'], env);
  expect(named.code, named.output).toBe(1);
  expect(named.output).toMatch(/1 failed[\s\S]*1 passed/);
  total = '1999';
  const again = await project.playwright(['--last-failed', '--no-deps'], env);
  expect(again.code, again.output).toBe(0);
  expect(again.output).toContain('the total is right');
  expect(again.output).not.toContain('The home page');
  expect(again.output).toContain('1 passed');
});

test('--ui starts, and serves its page', async () => {
  const args = ['node_modules/@playwright/test/cli.js', 'test', '--ui-host=127.0.0.1', '--ui-port=0'];
  const ui = startIn(project.directory, args, env);
  try {
    const [, address = ''] = await ui.says(/Listening on (http:\S+)/);
    const page = await fetch(address);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('Playwright');
  } finally {
    ui.signal('SIGINT');
    await ui.ended;
  }
});
