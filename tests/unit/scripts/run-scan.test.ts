import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parsePlan } from '../../../contract/plan.ts';
import { reportFiles } from '../../../scripts/report-files.ts';
import { removeLeaks } from '../../../scripts/run-scan.ts';

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
  ['as it is', 'deep/log.txt', `key=${SECRET}`],
  ['in base64', 'body.json', JSON.stringify({ auth: Buffer.from(`:${SECRET}`).toString('base64') })],
  ['inside a trace', 'trace.zip', zipSync({ '0-trace.network': strToU8(`{"value":"${SECRET}"}`) })],
  [
    'inside an archive inside a trace',
    'outer.zip',
    zipSync({ 'inner.zip': zipSync({ a: strToU8(SECRET.repeat(3)) }) }),
  ],
])('a secret %s is found, removed, and a fault', (_, name, content) => {
  const file = write(name, content);
  expect(scan()).toEqual([expect.stringContaining(name)]);
  expect(existsSync(file)).toBe(false);
});

test('files without a secret stay', () => {
  const files = [
    write('log.txt', 'key=[redacted]'),
    write('trace.zip', zipSync({ a: strToU8('[redacted]') })),
  ];
  expect(scan()).toEqual([]);
  expect(files.every((file) => existsSync(file))).toBe(true);
});
