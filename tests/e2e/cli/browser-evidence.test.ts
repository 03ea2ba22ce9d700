import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CheckResult, Verdict } from '../../../contract/verdict/verdict.ts';
import { type CliProject, cliProject, greenlight, startTarget, type Target } from '../project.ts';

let target: Target;
let project: CliProject;
beforeEach(async () => {
  target = await startTarget();
  // A field that shows what was typed, as pages do that have an eye beside it.
  const field = '<input id="new-password" value="geheim" style="width:400px;height:300px;background:red">';
  target.answer = (at) => {
    if (at.startsWith('/api')) return { status: 503, body: 'no' };
    const body = `<script>void fetch('/api/stock?key=1')</script>${at === '/password' ? field : ''}`;
    return { status: 200, body, headers: { 'content-type': 'text/html' } };
  };
});
afterEach(async () => {
  project.remove();
  await target.close();
});

const failing = (id: string, at: string): string => `flow('${id}', { title: '${id}' }).page('see', {
  run: async (page) => {
    const { expect } = await import('@playwright/test');
    await Promise.all([page.waitForResponse(/api/), page.goto('${at}')]);
    await expect(page.locator('#total')).toHaveText('20', { timeout: 1000 });
  }, budgetMs: 20000 })`;

async function run(
  more = '',
): Promise<{ readonly checks: Record<string, CheckResult>; readonly out: string }> {
  project = cliProject(target.url, `flows: [${failing('total-is-right', '/')}${more}`);
  const { out } = await greenlight(project.directory, ['run', '--output', 'report']);
  const file = path.join(project.directory, 'report/verdict.json');
  const { checks } = Verdict.parse(JSON.parse(readFileSync(file, 'utf8')));
  return { checks: Object.fromEntries(checks.map((check) => [check.id, check])), out };
}

const filesOf = (check: CheckResult | undefined, kind: string): string[] =>
  (check?.files ?? [])
    .filter((one) => one.kind === kind)
    .map((one) => path.join(project.directory, 'report', one.path));

test('screenshot, trace, failed requests and log are found from verdict, terminal and page; passwords are not in the picture', async () => {
  const { checks, out } = await run(`, ${failing('password-is-hidden', '/password')}]`);
  const check = checks['password-is-hidden'];
  expect(check).toMatchObject({ state: 'failed', cause: 'page' });
  const [trace] = filesOf(check, 'trace');
  expect(existsSync(trace ?? '')).toBe(true);
  const detail = check?.findings[0]?.detail;
  const page = detail?.kind === 'flow' ? detail.steps[0]?.page : undefined;
  expect(page?.failedRequests).toEqual([`GET ${target.url}/api/stock?… 503`]);
  expect(page?.log.join('\n')).toContain('waiting for locator');

  const command = `npx playwright show-trace report/${check?.files?.find(({ kind }) => kind === 'trace')?.path}`;
  expect(out).toContain(command);
  expect(out).toContain('failed: GET');
  const html = readFileSync(path.join(project.directory, 'report/index.html'), 'utf8');
  expect(html).toContain(command.replace('report/', ''));
  expect(html).toContain(`href="${check?.files?.find(({ kind }) => kind === 'screenshot')?.path}"`);

  const digest = (of: string): string => {
    const [file] = filesOf(checks[of], 'screenshot');
    return createHash('sha256')
      .update(readFileSync(file ?? ''))
      .digest('hex');
  };
  // A field that nobody sees leaves the same picture as none.
  expect(digest('password-is-hidden')).toBe(digest('total-is-right'));
});

test('no picture is taken where another host may be shown and the plan does not name it', async () => {
  const { checks, out } = await run(
    `], ...{ target: { name: 'target', urls: { app: '${target.url}' }, thirdParties: { tracker: 'https://tracker.example.com' } } }`,
  );
  const check = checks['total-is-right'];
  expect(check).toMatchObject({ state: 'failed' });
  expect(check?.files).toBeUndefined();
  expect(out).toContain('failed: GET');
  expect(out).not.toContain('show-trace');
  const left = readdirSync(path.join(project.directory, 'report'), { recursive: true, encoding: 'utf8' });
  expect(left.filter((name) => /\.(png|zip)$/.test(name))).toEqual([]);
});
