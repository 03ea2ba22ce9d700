import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { GreenlightError } from '../contract/errors.ts';
import { versionIn } from './package-root.ts';

/** The Playwright of the user's project: there must be only one copy in a process. */
export interface PlaywrightInstall {
  readonly cli: string;
  readonly version: string;
  readonly configFile: string;
}

/** Without `--add-reporter`, which came with this version, there is no recorder that a configuration cannot leave out. */
const LEAST = [1, 63] as const;

/**
 * The lowest and the highest minor version of @playwright/test that the tests have run with (`npm run test:playwright`).
 * Others may work, and are told.
 */
const TESTED = { least: [1, 63], most: [1, 65] } as const;

const CONFIG_NAMES = ['mts', 'ts', 'mjs', 'js', 'cts', 'cjs'].map(
  (extension) => `playwright.config.${extension}`,
);

/**
 * Finds the Playwright and its configuration that belong to a plan.
 * @param planFile absolute path of the plan
 * @param cwd where the command runs
 * @param named the configuration given with --playwright
 * @throws GreenlightError PLAYWRIGHT_UNUSABLE
 */
export function findPlaywright(planFile: string, cwd: string, named?: string): PlaywrightInstall {
  return playwrightOf(findConfigFile(planFile, cwd, named));
}

/**
 * The Playwright that a configuration of it uses.
 * @throws GreenlightError PLAYWRIGHT_UNUSABLE
 */
export function playwrightOf(configFile: string): PlaywrightInstall {
  const directory = packageDirectory('@playwright/test', configFile);
  if (directory === undefined) {
    throw new GreenlightError('PLAYWRIGHT_UNUSABLE', `@playwright/test is not installed for ${configFile}`);
  }
  const version = versionIn(directory);
  if (compare(version, LEAST) < 0) {
    throw new GreenlightError(
      'PLAYWRIGHT_UNUSABLE',
      `@playwright/test is ${version}, at least ${LEAST.join('.')} is needed`,
    );
  }
  return { cli: path.join(directory, 'cli.js'), version, configFile };
}

/** Why nobody knows whether a version of Playwright works; undefined for one that the tests have run with. */
export function untestedPlaywright(version: string): string | undefined {
  const inside = compare(version, TESTED.least) >= 0 && compare(version, TESTED.most) <= 0;
  return inside ? undefined : `tested with ${TESTED.least.join('.')} to ${TESTED.most.join('.')}`;
}

/** Negative where a version comes before a minor version, 0 where it belongs to it. */
function compare(version: string, [major, minor]: readonly [number, number]): number {
  const [itsMajor = 0, itsMinor = 0] = version.split('.').map(Number);
  return itsMajor - major || itsMinor - minor;
}

/** Directory of an installed package as a file at `from` would find it. */
export function packageDirectory(name: string, from: string): string | undefined {
  const found = createRequire(from)
    .resolve.paths(name)
    ?.map((directory) => path.join(directory, name))
    .find((directory) => existsSync(path.join(directory, 'package.json')));
  return found;
}

/** The Playwright configuration in a folder, or the nearest one above it. */
export function nearestPlaywrightConfig(folder: string): string | undefined {
  for (let directory = folder; ; directory = path.dirname(directory)) {
    const found = configIn(directory);
    if (found !== undefined || path.dirname(directory) === directory) return found;
  }
}

function configIn(directory: string): string | undefined {
  return CONFIG_NAMES.map((name) => path.join(directory, name)).find((file) => existsSync(file));
}

function findConfigFile(planFile: string, cwd: string, named?: string): string {
  if (named !== undefined) {
    const file = path.resolve(cwd, named);
    if (existsSync(file)) return file;
    throw new GreenlightError('FILE_UNREADABLE', `--playwright: ${file} does not exist`);
  }
  const places = [path.dirname(planFile), cwd];
  const found = places.map(configIn).find((file) => file !== undefined);
  if (found !== undefined) return found;
  throw new GreenlightError(
    'PLAYWRIGHT_CONFIG_MISSING',
    `no playwright.config was found in ${[...new Set(places)].join(' or ')}`,
  );
}
