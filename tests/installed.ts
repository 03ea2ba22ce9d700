import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');

/**
 * The package as it was built last, in a `node_modules` as users have it. Playwright and jiti transpile whatever is in
 * none, our own built files too: in each start anew, with a map of the source for every one of them.
 */
const INSTALLED = path.join(ROOT, 'node_modules', '.cache', 'greenlight-installed');

/** Its `dist`. */
export const DIST = path.join(INSTALLED, 'dist');

/** Its command line. */
export const GREENLIGHT = path.join(DIST, 'scripts', 'greenlight.js');

export function isInstalled(): boolean {
  return existsSync(path.join(DIST, 'schemas'));
}

/** Copied, not linked: Node follows links. Only after a build, before any test runs. */
export function installBuilt(): void {
  rmSync(INSTALLED, { recursive: true, force: true });
  mkdirSync(INSTALLED, { recursive: true });
  cpSync(path.join(ROOT, 'dist'), DIST, { recursive: true });
  cpSync(path.join(ROOT, 'package.json'), path.join(INSTALLED, 'package.json'));
}
