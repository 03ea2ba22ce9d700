// Builds `dist`: plain JavaScript so that the package needs no loader where it is installed, in few files.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { bundle } from './bundle.mjs';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
/** What is compiled, room by room: the one list of them. */
const { include } = JSON.parse(readFileSync(path.join(root, 'tsconfig.build.json'), 'utf8'));
const rooms = include.flatMap((pattern) => /^([\w-]+)\/\*\*\/\*\.ts$/.exec(pattern)?.[1] ?? []);

// TypeScript 7 compiles in a third of the time; its package exports no path but this.
const tsc = path.join(root, 'node_modules', 'typescript-native', 'bin', 'tsc');

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
chmodSync(path.join(dist, 'scripts', 'greenlight.js'), 0o755);
copyAssets();
copyGrammar();
writeSchemas();
await bundle(dist);

/** Files that modules read beside themselves, such as SQL. */
function copyAssets() {
  for (const room of rooms) {
    for (const entry of readdirSync(path.join(root, room), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || /\.(ts|mts|mjs|md)$/.test(entry.name)) continue;
      const from = path.join(entry.parentPath, entry.name);
      cpSync(from, path.join(dist, path.relative(root, from)));
    }
  }
}

/** The grammar of shell for `lint-gate`: one file out of a package that is for building alone, with its licence. */
function copyGrammar() {
  const grammar = createRequire(import.meta.url).resolve('tree-sitter-bash/tree-sitter-bash.wasm');
  const to = path.join(dist, 'gate', 'lint', 'shell');
  cpSync(grammar, path.join(to, 'tree-sitter-bash.wasm'));
  cpSync(path.join(path.dirname(grammar), 'LICENSE'), path.join(to, 'tree-sitter-bash.LICENSE'));
}

/** The JSON Schemas, from the very definitions that the code uses and the comments beside their keys. */
function writeSchemas() {
  const writer = path.join(root, 'scripts', 'reference', 'write-schemas.ts');
  execFileSync(process.execPath, ['--import', 'tsx', writer, path.join(dist, 'schemas')], {
    cwd: root,
    stdio: 'inherit',
  });
}
