import { execFile, spawn } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { installCommand, OPTIONAL_PACKAGES, type OptionalPackage } from '../../../host/optional-packages.ts';
import { FURTHER, LONG } from '../../long.ts';
import { QUICK_START } from '../../quick-start.ts';
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
    [
      'install',
      '--prefer-offline',
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
  return npxWith(cwd, {}, ...args);
}

function npxWith(cwd: string, env: Readonly<Record<string, string>>, ...args: string[]): Promise<End> {
  const child = spawn('npx', ['--no', ...args], {
    cwd,
    env: { ...process.env, ...QUICK_START, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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
  const documented = 'init, run and Playwright by hand work as documented';
  // What both kinds need beside this is in `installed-run.test.ts` and `registration.test.ts`.
  const further = type === 'module';
  test.skipIf(further && !LONG)(further ? `${documented} ${FURTHER}` : documented, async () => {
    const directory = emptyProject(type);
    // With nothing of ours in its environment.
    const asUser = (...args: string[]): Promise<End> => npxWith(directory, { NODE_OPTIONS: '' }, ...args);
    const init = await asUser('greenlight', 'init', '--url', target.url);
    expect(init.code, init.err).toBe(0);

    const good = await asUser('greenlight', 'run');
    expect(good.code, good.err + good.out).toBe(0);
    expect(decision(directory)).toBe('GO');
    expect(good.out).toContain('home-page-answers');

    target.answer = () => ({ status: 500, body: 'broken' });
    const broken = await asUser('greenlight', 'run');
    expect(broken.code, broken.err + broken.out).toBe(10);
    expect(decision(directory)).toBe('NO_GO');

    const list = await asUser('playwright', 'test', '--list');
    expect(list.code, list.err + list.out).toBe(0);
    expect(list.out).toContain('[readiness]');
    expect(list.out).toContain('[suites]');
    expect(list.out).toContain('The home page answers');

    target.answer = () => ({ status: 200, body: 'hello' });
    const byHand = await asUser('playwright', 'test');
    expect(byHand.code, byHand.err + byHand.out).toBe(0);
    expect(byHand.out).toContain('3 passed');
  });
});

test.each(['mhp-azure', 'ils-kubernetes', 'samia-tarot'])(
  'the plan %s comes with the package, and its checks are found',
  async (example) => {
    const directory = emptyProject('module');
    const init = await npx(directory, 'greenlight', 'init', '--from', example);
    expect(init.code, init.err).toBe(0);
    const env = { GREENLIGHT_PHASE: 'preflight' };
    const list = await npxWith(directory, env, 'playwright', 'test', '--list');
    expect(list.code, list.err + list.out).toBe(0);
    expect(list.out).toContain('[suites]');
    expect(list.out).toMatch(/staging/i);
  },
);

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

/** Folders that hold an installed package, those inside of others too. */
function installedPackages(directory: string): readonly string[] {
  const modules = path.join(directory, 'node_modules');
  if (!existsSync(modules)) return [];
  const folders = readdirSync(modules).flatMap((name) =>
    name.startsWith('@') ? readdirSync(path.join(modules, name)).map((own) => path.join(name, own)) : [name],
  );
  return folders
    .map((name) => path.join(modules, name))
    .filter((folder) => existsSync(path.join(folder, 'package.json')))
    .flatMap((folder) => [folder, ...installedPackages(folder)]);
}

function bytesIn(directory: string): number {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + lstatSync(path.join(entry.parentPath, entry.name)).size, 0);
}

test('with Playwright it is at most 100 packages and 60 MB, and asks nobody for more', () => {
  const packages = installedPackages(home);
  const names = packages.map((folder) => path.relative(path.join(home, 'node_modules'), folder));
  expect(names).toContain('playwright-core');
  expect(names).toContain('greenlight');
  expect(packages.length, names.join(' ')).toBeLessThanOrEqual(100);
  expect(bytesIn(path.join(home, 'node_modules')) / 1e6).toBeLessThanOrEqual(60);
  expect(names.filter((name) => name in OPTIONAL_PACKAGES)).toEqual([]);
});

describe('where a plan needs clients that are not installed', () => {
  const plan = (): string => `import { defineConfig, secret } from 'greenlight';
    export default defineConfig({
      target: {
        name: 'shop',
        urls: { app: '${target.url}' },
        payments: { adapter: 'stripe', secretKey: secret('STRIPE_KEY'), apiBase: '${target.url}' },
        mailbox: { adapter: 'imap', host: '127.0.0.1', port: 1, user: secret('MAIL_USER'), password: secret('MAIL_PASSWORD') },
      },
      probes: [{ id: 'home-answers', title: 'Home', kind: 'endpoints', paths: ['/'] }],
      data: { redis: [{ id: 'sessions-preserved', title: 'Sessions', old: secret('OLD_REDIS'), new: secret('NEW_REDIS') }] },
    });`;
  const env = {
    STRIPE_KEY: 'sk_test_123456789',
    MAIL_USER: 'somebody-synthetic',
    MAIL_PASSWORD: 'not-a-real-password',
    OLD_REDIS: 'redis://127.0.0.1:1',
    NEW_REDIS: 'redis://127.0.0.1:2',
  };
  let directory: string;
  beforeEach(async () => {
    directory = emptyProject('module');
    await npx(directory, 'greenlight', 'init', '--url', target.url);
    writeFileSync(path.join(directory, 'greenlight.config.mts'), plan());
  });

  test('each is unknown, with the command that installs it', async () => {
    const saidFor = async (clients: readonly OptionalPackage[]): Promise<void> => {
      const end = await npxWith(directory, env, 'greenlight', 'run');
      expect(end.code, end.err + end.out).toBe(20);
      expect(decision(directory)).toBe('INCONCLUSIVE');
      const verdict = readFileSync(path.join(directory, 'greenlight-report', 'verdict.json'), 'utf8');
      for (const name of clients) {
        expect(verdict, name).toContain(installCommand([name]));
        expect(end.out, name).toContain(installCommand([name]));
      }
      expect(verdict).not.toContain('"failed": 1');
    };
    await saidFor(['stripe', 'imapflow']);
    // Data is not compared before the account of the payments has shown that its money is not real.
    writeFileSync(
      path.join(directory, 'greenlight.config.mts'),
      plan().replace(/payments:.*|mailbox:.*/g, ''),
    );
    await saidFor(['ioredis']);
  });

  test('doctor names these and no others, in one command', async () => {
    const end = await npx(directory, 'greenlight', 'doctor');
    expect(end.code, end.err + end.out).toBe(20);
    expect(end.out).toContain(installCommand(['stripe', 'imapflow', 'postal-mime', 'ioredis']));
    expect(end.out.match(/^ {2}✗ (\S+)/gm)).toEqual(
      ['stripe', 'imapflow', 'postal-mime', 'ioredis'].map((name) => `  ✗ ${name}`),
    );
    writeFileSync(
      path.join(directory, 'greenlight.config.mts'),
      plan().replace(/payments:.*|mailbox:.*|data:.*/g, ''),
    );
    const without = await npx(directory, 'greenlight', 'doctor');
    expect(without.code, without.err + without.out).toBe(0);
  });

  test('the demo says at once what it needs', async () => {
    const end = await npx(directory, 'greenlight', 'demo');
    expect(end.code, end.err + end.out).toBe(20);
    expect(end.err).toContain('npm install --save-dev fastify@');
    for (const name of ['light-my-request', 'nodemailer', 'smtp-server', 'stripe', 'ioredis', 'postal-mime'])
      expect(end.err).toContain(` ${name}@`);
    const listed = await npx(directory, 'greenlight', 'demo', '--list-faults');
    expect(listed.code, listed.err).toBe(0);
  });
});
