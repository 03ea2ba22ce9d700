import { execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTarget, type Target } from '../project.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const INSTALL_TIMEOUT_MS = 600_000;

interface End {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

let home: string;
let target: Target;

// Packed and installed once: what differs between the projects is their module type, not what is installed.
beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'greenlight-package-'));
  const run = promisify(execFile);
  // Built already (tests/built.ts): other tests run from `dist` while this one packs it.
  const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', home], {
    cwd: ROOT,
    maxBuffer: 1 << 26,
  });
  const name = /"filename":\s*"([^"]+\.tgz)"/.exec(packed.stdout)?.[1] ?? '';
  writeFileSync(path.join(home, 'package.json'), '{ "private": true }');
  const playwright = JSON.parse(
    readFileSync(path.join(ROOT, 'node_modules/@playwright/test/package.json'), 'utf8'),
  ) as { version: string };
  await run(
    'npm',
    // Without the optional packages: a plan that needs none of them must work without them.
    [
      'install',
      '--prefer-offline',
      '--omit=optional',
      '--no-audit',
      '--no-fund',
      `./${name}`,
      `@playwright/test@${playwright.version}`,
    ],
    { cwd: home, env: { ...process.env, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1' } },
  );
}, INSTALL_TIMEOUT_MS);
afterAll(() => rmSync(home, { recursive: true, force: true }));

beforeEach(async () => {
  target = await startTarget();
});
afterEach(() => target.close());

function emptyProject(type: string): string {
  const directory = path.join(home, type);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory);
  writeFileSync(path.join(directory, 'package.json'), JSON.stringify({ name: type, private: true, type }));
  symlinkSync(path.join(home, 'node_modules'), path.join(directory, 'node_modules'));
  return directory;
}

function npx(cwd: string, ...args: string[]): Promise<End> {
  const child = spawn('npx', ['--no', ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

function decision(directory: string): unknown {
  const file = path.join(directory, 'greenlight-report', 'verdict.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { decision: unknown }).decision;
}

describe.each(['commonjs', 'module'])('the packed package in an empty %s project', (type) => {
  test('init, run and Playwright by hand work as documented', async () => {
    const directory = emptyProject(type);
    const init = await npx(directory, 'greenlight', 'init', '--url', target.url);
    expect(init.code, init.err).toBe(0);

    const good = await npx(directory, 'greenlight', 'run');
    expect(good.code, good.err + good.out).toBe(0);
    expect(decision(directory)).toBe('GO');
    expect(good.out).toContain('home-page-answers');

    target.answer = () => ({ status: 500, body: 'broken' });
    const broken = await npx(directory, 'greenlight', 'run');
    expect(broken.code, broken.err + broken.out).toBe(10);
    expect(decision(directory)).toBe('NO_GO');

    const list = await npx(directory, 'playwright', 'test', '--list');
    expect(list.code, list.err + list.out).toBe(0);
    expect(list.out).toContain('[readiness]');
    expect(list.out).toContain('[suites]');
    expect(list.out).toContain('The home page answers');

    target.answer = () => ({ status: 200, body: 'hello' });
    const byHand = await npx(directory, 'playwright', 'test');
    expect(byHand.code, byHand.err + byHand.out).toBe(0);
    expect(byHand.out).toContain('3 passed');
  });
});

test('a plan with five mistakes ends with 64, five problems, and no request', async () => {
  const directory = emptyProject('module');
  writeFileSync(
    path.join(directory, 'greenlight.config.mts'),
    `import { defineConfig } from 'greenlight';
     export default defineConfig({
       target: { name: '', urls: { app: '${target.url}' } },
       probes: [{ id: 'Bad Id', title: 'x', kind: 'endpoints', paths: [] }],
       budgetMs: -1,
       surprise: true,
     } as never);`,
  );
  const end = await npx(directory, 'greenlight', 'run');
  expect(end.code, end.err).toBe(64);
  expect(end.err.match(/^ {2}\d+\. /gm)).toHaveLength(5);
  expect(target.requests).toEqual([]);
  // Whoever reads only the file learns that nothing was decided.
  expect(decision(directory)).toBe('INCONCLUSIVE');
});

test('a strict TypeScript project can check its plan against the package', async () => {
  const directory = emptyProject('module');
  await npx(directory, 'greenlight', 'init', '--url', target.url);
  const tsc = path.join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const args = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--skipLibCheck'];
  const types = [
    '--allowImportingTsExtensions',
    '--typeRoots',
    path.join(ROOT, 'node_modules', '@types'),
    '--types',
    'node',
  ];
  const files = ['greenlight.config.mts', 'playwright.config.mts', 'greenlight/suites.spec.mts'];
  const checked = await promisify(execFile)(process.execPath, [tsc, ...args, ...types, ...files], {
    cwd: directory,
  }).then(
    () => '',
    (error: { stdout: string }) => error.stdout,
  );
  expect(checked).toBe('');
});
