import {
  cpSync,
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
import ts from 'typescript';

const ROOT = path.resolve(import.meta.dirname, '../..');
const ROOMS = ['contract', 'checks', 'suites', 'data-checks', 'load', 'safety', 'reporters', 'scripts'];

/** A place with the package as users have it: plain JavaScript in `node_modules`, which starts in a fraction of the time. */
export interface Arena {
  readonly directory: string;
  /** The command line of the package. */
  readonly greenlight: string;
  /** Playwright's command line. */
  readonly playwright: string;
  remove(): void;
}

/** Installs the package from its sources: transpiled file by file, without the type check that a build has. */
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
  for (const room of ROOMS) transpile(room, path.join(home, 'dist'));
  cpSync(path.join(ROOT, 'package.json'), path.join(home, 'package.json'));
  return {
    directory,
    greenlight: path.join(home, 'dist/scripts/greenlight.js'),
    playwright: path.join(modules, '@playwright/test/cli.js'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function transpile(room: string, dist: string): void {
  for (const entry of readdirSync(path.join(ROOT, room), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name.endsWith('.mjs')) continue;
    const from = path.join(entry.parentPath, entry.name);
    const to = path.join(dist, path.relative(ROOT, from));
    mkdirSync(path.dirname(to), { recursive: true });
    if (!entry.name.endsWith('.ts')) {
      cpSync(from, to);
      continue;
    }
    const { outputText } = ts.transpileModule(readFileSync(from, 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.ESNext,
        rewriteRelativeImportExtensions: true,
        verbatimModuleSyntax: true,
      },
    });
    writeFileSync(to.replace(/\.ts$/, '.js'), outputText);
  }
}
