import { existsSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { DIST } from './installed.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

/** What a module of ours may import of the product: with the entry that users import, its state is there once. */
const ENTRIES = ['contract/index', 'run/test-entry'];

/**
 * A spec or plan of ours in TypeScript, and what lies beside it, as one plain module in another directory. Playwright
 * then needs no loader for TypeScript, which takes half a second of each of its processes, and a failed check costs one;
 * and the product is what was built, not two hundred sources.
 * @returns the path of the module
 */
export async function plainModule(file: string, directory: string): Promise<string> {
  const modules = path.join(directory, 'node_modules');
  if (!existsSync(modules)) symlinkSync(path.join(ROOT, 'node_modules'), modules);
  const outfile = path.join(directory, `${path.basename(file, '.ts')}.mjs`);
  await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
    plugins: [
      {
        name: 'as-built',
        setup: (builder) => {
          builder.onResolve({ filter: /^\.{1,2}[\\/].*\.ts$/ }, ({ path: asked, resolveDir }) => {
            const name = path.relative(ROOT, path.resolve(resolveDir, asked)).slice(0, -'.ts'.length);
            return ENTRIES.includes(name)
              ? { path: path.join(DIST, `${name}.js`), external: true }
              : undefined;
          });
          builder.onLoad({ filter: /[\\/]tests[\\/]installed\.ts$/ }, () => ({
            contents: `export const DIST = ${JSON.stringify(DIST)};`,
          }));
        },
      },
    ],
  });
  return outfile;
}
