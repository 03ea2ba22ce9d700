import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { DIST } from '../../installed.ts';
import { QUICK_START_PLAIN } from '../../quick-start.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const BROWSER = '/usr/bin/chromium-headless-shell';

/** Secrets of the environment, by the place where the planted project uses them. */
export const PLANTED = {
  SHOP_API_TOKEN: 'tok-9f8e7d6c5b4a&x="1"/é',
  SHOP_BASIC_PASSWORD: 'b4sic-Pässwörd-77',
  SHOP_FORM_SECRET: 'form secret+with&chars=42',
  SHOP_JSON_SECRET: 'json-"quoted"\\secret-31337',
  SHOP_URL_KEY: 'url/key?with#marks%20-5150',
  SHOP_FILL_PASSWORD: 'typed-in-Passw0rd<x>',
  SHOP_PRINTED_SECRET: 'printed-in-two-pieces-8080',
  SHOP_CONFIG_SECRET: 'config-only-secret-4711',
  SHOP_DATABASE_URL: 'postgres://shop:db-pass-W0rd-99@127.0.0.1:1/shop',
} as const;

/** Secrets that only the target's answers bring. */
export const BORN = {
  jwt: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzaG9wLWN1c3RvbWVyIn0.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg',
  cookie: 'cookie-born-value-a1b2c3d4',
  access: 'access-born-value-e5f6a7b8',
  stripe: 'sk_test_51BornByTheAnswer0000',
} as const;

/** Every value that must not be found; the password inside the URL stands for itself too. */
export const ALL_SECRETS: readonly string[] = [
  ...Object.values(PLANTED),
  'db-pass-W0rd-99',
  ...Object.values(BORN),
];

/** A shop that answers with secrets of its own. */
export async function startShop(): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      response.setHeader('set-cookie', [`sid=${BORN.cookie}; Path=/; HttpOnly`, 'theme=dark']);
      if (request.url?.startsWith('/page')) {
        response.setHeader('content-type', 'text/html');
        response.end(
          `<form><label>Password <input type="password" name="password"></label></form>
           <script>console.log('page says', ${JSON.stringify(BORN.stripe)})</script>`,
        );
        return;
      }
      response.statusCode = request.url?.startsWith('/broken') ? 500 : 200;
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ access_token: BORN.access, note: `Bearer ${BORN.jwt}`, key: BORN.stripe }),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const RECORDER = join(DIST, 'reporters/recorder.js');

/** Writes a Playwright project in plain JavaScript that uses every secret in every place we know, in passing and failing tests. */
export async function writeProject(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
  const browser = existsSync(BROWSER) ? { executablePath: BROWSER } : {};
  await writeFile(
    join(directory, 'playwright.config.mjs'),
    `import { defineConfig } from '@playwright/test';
export default defineConfig({
  testDir: '.', outputDir: 'test-results', workers: 1, retries: 0,
  metadata: { deployedWith: process.env.SHOP_CONFIG_SECRET },
  reporter: [
    [${JSON.stringify(join(DIST, 'safety/redactor-reporter.js'))}],
    ['list'],
    ['json', { outputFile: 'out/report.json' }],
    ['junit', { outputFile: 'out/junit.xml', includeProjectInTestName: true }],
    ['html', { open: 'never', outputFolder: 'out/html' }],
    ['blob', { outputDir: 'out/blob' }],
    ['allure-playwright', { resultsDir: 'out/allure' }],
    [${JSON.stringify(RECORDER)}],
  ],
  use: {
    trace: 'on', screenshot: 'off', baseURL: process.env.SHOP_URL,
    launchOptions: ${JSON.stringify(browser)},
    extraHTTPHeaders: { 'X-Shop-Config': process.env.SHOP_CONFIG_SECRET },
    httpCredentials: { username: 'smoke', password: process.env.SHOP_BASIC_PASSWORD, send: 'always' },
  },
});
`,
  );
  await writeFile(join(directory, 'planted.spec.mjs'), SPEC);
}

const SPEC = `import { test, expect } from '@playwright/test';
import { writeFileSync } from 'node:fs';
const env = process.env;
const basic = 'Basic ' + Buffer.from('smoke:' + env.SHOP_BASIC_PASSWORD).toString('base64');

async function useAll(request, info) {
  await request.get('/account?key=' + encodeURIComponent(env.SHOP_URL_KEY), {
    headers: { Authorization: 'Bearer ' + Buffer.from(env.SHOP_API_TOKEN).toString('base64url'), 'X-Token': encodeURIComponent(env.SHOP_API_TOKEN) },
  });
  await request.post('/login', { form: { user: 'u', pin: env.SHOP_FORM_SECRET } });
  await request.post('/json', { data: { deep: { value: env.SHOP_JSON_SECRET, again: JSON.stringify({ x: env.SHOP_JSON_SECRET }) } } });
  const answer = await request.get('/token', { headers: { Authorization: basic } });
  const text = await answer.text();
  console.log('answer', text);
  console.error('token', env.SHOP_API_TOKEN);
  process.stdout.write('half ' + env.SHOP_PRINTED_SECRET.slice(0, 12));
  process.stdout.write(env.SHOP_PRINTED_SECRET.slice(12) + '\\n');
  await info.attach('body ' + env.SHOP_API_TOKEN, { body: text + env.SHOP_DATABASE_URL, contentType: 'text/plain' });
  const file = info.outputPath('notes.txt');
  writeFileSync(file, 'notes: ' + env.SHOP_FORM_SECRET);
  await info.attach('file', { path: file });
  writeFileSync(info.outputPath('not-attached.json'), JSON.stringify({ a: env.SHOP_JSON_SECRET }));
  info.annotations.push({ type: 'note', description: 'used ' + env.SHOP_API_TOKEN });
  await test.step('step with ' + env.SHOP_API_TOKEN, async () => {
    expect(text, 'message ' + env.SHOP_FORM_SECRET).toContain('note');
  });
  return answer;
}

test('passes', async ({ request }, info) => {
  await useAll(request, info);
});
test('title ' + env.SHOP_API_TOKEN, async () => {});
test('answer is not ok', async ({ request }, info) => {
  await useAll(request, info);
  const answer = await request.get('/broken', { headers: { Authorization: basic, 'X-Token': env.SHOP_URL_KEY } });
  await expect(answer).toBeOK();
});
test('nobody listens', async ({ request }) => {
  await request.post('http://u:' + encodeURIComponent(env.SHOP_FORM_SECRET) + '@127.0.0.1:1/x', { headers: { 'X-Token': encodeURIComponent(env.SHOP_API_TOKEN) } });
});
test('comparison', async () => {
  expect.soft({ url: env.SHOP_DATABASE_URL, list: [env.SHOP_JSON_SECRET] }).toEqual({ url: 'x' });
  throw new Error('broken with ' + env.SHOP_JSON_SECRET, { cause: new Error('because of ' + env.SHOP_URL_KEY) });
});
test('value thrown', async () => { throw { token: env.SHOP_API_TOKEN, text: env.SHOP_PRINTED_SECRET }; });
test('page', async ({ page }) => {
  await page.goto('/page?key=' + encodeURIComponent(env.SHOP_URL_KEY));
  await page.getByLabel('Password').fill(env.SHOP_FILL_PASSWORD);
  await page.evaluate((token) => { localStorage.setItem('token', token); document.body.append(token); }, env.SHOP_API_TOKEN);
  await expect(page.getByText('never there')).toBeVisible({ timeout: 100 });
});
`;

/** Runs the planted project and returns what it printed and its exit code. */
export async function runProject(
  directory: string,
  env: NodeJS.ProcessEnv,
): Promise<{ output: string; exitCode: number | null }> {
  const child = spawn(
    process.execPath,
    [join(ROOT, 'node_modules/@playwright/test/cli.js'), 'test', '-c', 'playwright.config.mjs'],
    {
      cwd: directory,
      env: {
        PATH: process.env['PATH'],
        HOME: directory,
        TMPDIR: process.env['TMPDIR'],
        ...QUICK_START_PLAIN,
        ...PLANTED,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { output, exitCode };
}
