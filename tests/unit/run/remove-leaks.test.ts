import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { reportFiles } from '../../../host/report-files.ts';
import { removeLeaks } from '../../../run/remove-leaks.ts';

const SECRET = 'correct-horse-battery';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-scan-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function scan(): readonly string[] {
  const plan = parsePlan({
    target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' } },
    probes: [{ id: 'pages-answer', title: 'Pages', kind: 'endpoints', paths: ['/'] }],
    secrets: ['SHOP_KEY'],
  });
  const request = {
    cwd: directory,
    env: { SHOP_KEY: SECRET },
    phase: 'post-cutover' as const,
    wanted: null,
    output: '.',
    keepGoing: false,
  };
  return removeLeaks({ plan, request, files: reportFiles(directory) }).map((fault) => fault.message);
}

function write(name: string, content: string | Uint8Array): string {
  const file = path.join(directory, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

test.each([
  ['as it is', 'playwright/session-0.log', `key=${SECRET}`],
  [
    'in base64',
    'playwright/session-0/deep/body.json',
    JSON.stringify({ auth: Buffer.from(`:${SECRET}`).toString('base64') }),
  ],
  [
    'inside a trace',
    'playwright/session-1/trace.zip',
    zipSync({ '0-trace.network': strToU8(`{"value":"${SECRET}"}`) }),
  ],
  [
    'inside an archive inside a trace',
    'allure-results/0b0c1d2e-0000-4000-8000-000000000000-attachment.zip',
    zipSync({ 'inner.zip': zipSync({ a: strToU8(SECRET.repeat(3)) }) }),
  ],
])('a secret %s is found, removed, and a fault', (_, name, content) => {
  const file = write(name, content);
  expect(scan()).toEqual([expect.stringContaining(name)]);
  expect(existsSync(file)).toBe(false);
});

test('files without a secret stay', () => {
  const files = [
    write('playwright/session-0.log', 'key=[redacted]'),
    write('playwright/session-1/trace.zip', zipSync({ a: strToU8('[redacted]') })),
  ];
  expect(scan()).toEqual([]);
  expect(files.every((file) => existsSync(file))).toBe(true);
});

test.each(['notes.md', 'playwright/my.spec.ts', 'sign-offs/contract.pdf'])(
  'a secret in %s, which no run wrote, is a fault, and the file stays',
  (name) => {
    const file = write(name, SECRET);
    expect(scan()).toEqual([expect.stringMatching(`^${name} holds .* it was left: remove it`)]);
    expect(existsSync(file)).toBe(true);
  },
);
