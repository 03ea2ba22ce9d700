import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { installK6, K6_VERSION } from '../../../../run/doctor/install-k6.ts';
import {
  k6Archive,
  type K6Archive,
  K6_RELEASES_ENV,
  unpackRelease,
} from '../../../../run/doctor/k6-release.ts';

const NEVER = new AbortController().signal;
let mirror: Server;
let origin: string;
let served: Buffer;
let asked: string[];
let directory: string;

beforeAll(async () => {
  mirror = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (request.url?.includes('missing')) response.writeHead(404).end();
    else response.end(served);
  });
  await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(mirror.address() as AddressInfo).port}`;
});
afterAll(() => mirror.close());

beforeEach(() => {
  asked = [];
  directory = mkdtempSync(path.join(tmpdir(), 'greenlight-release-'));
  mkdirSync(path.join(directory, 'made', 'k6-v9.9.9-linux-amd64'), { recursive: true });
  writeFileSync(path.join(directory, 'made', 'k6-v9.9.9-linux-amd64', 'k6'), 'the program');
  execFileSync('tar', ['-czf', 'made.tar.gz', '-C', 'made', 'k6-v9.9.9-linux-amd64'], { cwd: directory });
  served = readFileSync(path.join(directory, 'made.tar.gz'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function archive(sha256: string, name = 'k6-v9.9.9-linux-amd64.tar.gz'): K6Archive {
  return { name, sha256, program: 'k6-v9.9.9-linux-amd64/k6' };
}

function unpack(wanted: K6Archive, releases = origin): Promise<string> {
  const into = path.join(directory, 'into');
  mkdirSync(into);
  const env = { [K6_RELEASES_ENV]: releases };
  return unpackRelease({ archive: wanted, version: '9.9.9', directory: into, env, signal: NEVER });
}

test('an archive with the known sum is unpacked', async () => {
  const program = await unpack(archive(createHash('sha256').update(served).digest('hex')), `${origin}/`);
  expect(asked).toEqual(['/v9.9.9/k6-v9.9.9-linux-amd64.tar.gz']);
  expect(readFileSync(program, 'utf8')).toBe('the program');
});

test('one with another sum is refused, and nothing of it is unpacked', async () => {
  await expect(unpack(archive('0'.repeat(64)))).rejects.toThrow(/SHA-256 is [0-9a-f]{64}, not 0{64}/);
  expect(readdirSync(path.join(directory, 'into'))).toEqual([]);
});

test.each([
  ['a missing archive', () => archive('0'.repeat(64), 'missing.tar.gz'), undefined, /answered 404/],
  ['nobody there', () => archive('0'.repeat(64)), 'http://127.0.0.1:9', /could not be fetched from http:/],
])('%s is named, with its address', async (_, wanted, releases, message) => {
  await expect(unpack(wanted(), releases)).rejects.toThrow(message);
});

test('sums are known for the machines that people have, and for no other', () => {
  for (const platform of ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'])
    expect(k6Archive(K6_VERSION, platform)?.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(k6Archive(K6_VERSION, 'linux-x64')).toMatchObject({
    name: `k6-v${K6_VERSION}-linux-amd64.tar.gz`,
    program: `k6-v${K6_VERSION}-linux-amd64/k6`,
  });
  expect(k6Archive(K6_VERSION, 'sunos-sparc')).toBeUndefined();
});

test('where Go cannot build it, the release is asked for; what is no k6 never reaches the cache', async () => {
  const go = path.join(directory, 'go');
  writeFileSync(go, '#!/bin/sh\necho "this Go is too old" >&2\nexit 1\n');
  chmodSync(go, 0o755);
  const cache = path.join(directory, 'cache');
  const env = { PATH: directory, XDG_CACHE_HOME: cache, [K6_RELEASES_ENV]: origin };
  const said: string[] = [];
  await expect(installK6(env, (line) => said.push(line), NEVER)).rejects.toThrow(
    'is not the k6 that was released',
  );
  expect(said.join('\n')).toContain('this Go is too old');
  expect(asked).toHaveLength(1);
  expect(existsSync(cache)).toBe(false);
});
