import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** A place with the package as users have it: plain JavaScript in `node_modules`, which starts in a fraction of the time. */
export interface Arena {
  readonly directory: string;
  /** The command line of the package. */
  readonly greenlight: string;
  /** Playwright's command line. */
  readonly playwright: string;
  remove(): void;
}

/** Installs the package as it was built last (`tests/built.ts`). */
export function createArena(): Arena {
  const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-arena-'));
  const modules = path.join(directory, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(path.join(ROOT, 'node_modules'))) {
    // Allure's reporter takes time in every start, and no hazard is about it.
    if (name === 'greenlight' || name === 'allure-playwright') continue;
    symlinkSync(path.join(ROOT, 'node_modules', name), path.join(modules, name));
  }
  const home = path.join(modules, 'greenlight');
  cpSync(path.join(ROOT, 'dist'), path.join(home, 'dist'), { recursive: true });
  cpSync(path.join(ROOT, 'package.json'), path.join(home, 'package.json'));
  return {
    directory,
    greenlight: path.join(home, 'dist/scripts/greenlight.js'),
    playwright: path.join(modules, '@playwright/test/cli.js'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
