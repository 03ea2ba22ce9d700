import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { QUICK_START } from '../../quick-start.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');

/** A user's project in which Greenlight lies in `node_modules`, as npm puts it there. */
export interface InstalledProject {
  readonly directory: string;
  write(file: string, content: string): void;
  /** Runs Playwright's own command line in it. */
  playwright(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<PlaywrightEnd>;
  /** Runs the command line that is installed in it. */
  greenlight(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<Pick<PlaywrightEnd, 'code' | 'output'>>;
  remove(): void;
}

export interface PlaywrightEnd {
  readonly code: number | null;
  readonly output: string;
  /** Lines of `--list`: `[project] › file:line:column › title`. */
  readonly listed: readonly string[];
}

/**
 * Copied, not linked: Node follows links, and our files would then not be in any `node_modules`.
 * @param plan undefined: without a plan and a configuration
 * @param name what its folder is called, at the beginning
 */
export function installedProject(
  type: 'commonjs' | 'module',
  plan: string | undefined,
  name = 'greenlight-installed-',
): InstalledProject {
  const directory = mkdtempSync(path.join(tmpdir(), name));
  const modules = path.join(directory, 'node_modules');
  const write = (file: string, content: string): void => {
    mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    writeFileSync(path.join(directory, file), content);
  };
  mkdirSync(path.join(modules, 'greenlight'), { recursive: true });
  cpSync(path.join(ROOT, 'dist'), path.join(modules, 'greenlight', 'dist'), { recursive: true });
  cpSync(path.join(ROOT, 'package.json'), path.join(modules, 'greenlight', 'package.json'));
  for (const name of readdirSync(path.join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(path.join(ROOT, 'node_modules', name), path.join(modules, name));
  }
  write('package.json', JSON.stringify({ name: 'shop-cut-over', type }));
  if (plan !== undefined) {
    write('greenlight.config.mts', plan);
    write(
      'playwright.config.mts',
      `import { defineGreenlightPlaywright } from 'greenlight/playwright';
       import plan from './greenlight.config.mts';
       export default defineGreenlightPlaywright(plan);`,
    );
  }
  return {
    directory,
    write,
    playwright: (args, env = {}) =>
      start(directory, ['node_modules/@playwright/test/cli.js', 'test', ...args], env),
    greenlight: (args, env = {}) =>
      start(directory, ['node_modules/greenlight/dist/scripts/greenlight.js', ...args], env),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function start(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<PlaywrightEnd> {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(GREENLIGHT_|VITEST|NODE_OPTIONS)/.test(name)),
  );
  const child = spawn(process.execPath, [...args], {
    cwd,
    env: { ...clean, ...QUICK_START, FORCE_COLOR: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const listed = output.split('\n').flatMap((line) => /^\s+(\[.+?\] › .+)$/.exec(line)?.[1] ?? []);
      resolve({ code, output, listed });
    });
  });
}
