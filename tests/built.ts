import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installBuilt, isInstalled } from './installed.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const FILES = ['tsconfig.json', 'tsconfig.build.json', 'package.json', 'playwright.config.ts'];
const STAMP = path.join(ROOT, 'node_modules', '.cache', 'greenlight-built');

/**
 * Builds `dist` before the tests that start the command line: what they start is then what users have, and starts in a
 * third of the time that the sources need. Nothing is built twice for the same sources. No test may build: the others
 * run from `dist` at the same time.
 */
export default function build(): void {
  const sources = digestOfSources();
  const built = existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : '';
  if (built === sources && existsSync(path.join(ROOT, 'dist', 'schemas')) && isInstalled()) return;
  execFileSync(process.execPath, [path.join(ROOT, 'scripts', 'build.mjs')], { cwd: ROOT, stdio: 'inherit' });
  installBuilt();
  mkdirSync(path.dirname(STAMP), { recursive: true });
  writeFileSync(STAMP, sources);
}

function digestOfSources(): string {
  const hash = createHash('sha256');
  const add = (file: string): void => {
    const { mtimeMs, size } = statSync(file);
    hash.update(`${path.relative(ROOT, file)}\0${mtimeMs}\0${size}\n`);
  };
  for (const file of FILES) add(path.join(ROOT, file));
  for (const room of rooms()) {
    for (const entry of readdirSync(path.join(ROOT, room), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) add(path.join(entry.parentPath, entry.name));
    }
  }
  return hash.digest('hex');
}

/** As the build has them: what `tsconfig.build.json` compiles. */
function rooms(): readonly string[] {
  const file = readFileSync(path.join(ROOT, 'tsconfig.build.json'), 'utf8');
  const { include } = JSON.parse(file) as { readonly include: readonly string[] };
  return include.flatMap((pattern) => /^([\w-]+)\/\*\*\/\*\.ts$/.exec(pattern)?.[1] ?? []);
}
