import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

/** The root of this package, both from source (`scripts/`) and from the build (`dist/scripts/`). */
export const PACKAGE_ROOT = rootOf(import.meta.dirname);

/** Where our modules are: the package root from source, `dist` from the build. */
export const MODULE_ROOT = path.dirname(import.meta.dirname);

/** Whether this runs from TypeScript source. Child processes of ours then need a loader. */
export const FROM_SOURCE = import.meta.url.endsWith('.ts');

/** Version of Greenlight. */
export function ownVersion(): string {
  return versionIn(PACKAGE_ROOT);
}

/** The version that `<directory>/package.json` names. */
export function versionIn(directory: string): string {
  const text = readFileSync(path.join(directory, 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

/** Path of one of our own modules, named without its extension: `reporters/recorder`. */
export function ownModule(name: string): string {
  return path.join(MODULE_ROOT, `${name}${FROM_SOURCE ? '.ts' : '.js'}`);
}

function rootOf(start: string): string {
  let directory = start;
  while (!existsSync(path.join(directory, 'package.json'))) {
    const parent = path.dirname(directory);
    if (parent === directory) throw new Error(`no package.json above ${start}`);
    directory = parent;
  }
  return directory;
}
