import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * What one process loads together, by the names of the modules in `dist`. Modules of one group share what they both
 * need, so that none of them has a second copy of its state.
 */
const GROUPS = [
  [
    'contract/index',
    'run/test-entry',
    'run/playwright-config',
    'run/progress-reporter',
    'scripts/greenlight',
    'scripts/codedeploy-hook',
    'reporters/recorder',
    'run/user-specs/spec-recorder',
    'safety/redactor-reporter',
    'playwright.config',
    // The bench boots it.
    'demo/boot',
    'demo/greenlight.config',
    'suites/readiness/readiness.spec',
    'suites/probes/probes.spec',
    'suites/flows/flows.spec',
    'data-checks/checks/tables.spec',
    'run/specs/load.spec',
  ],
  ['load/engines/processes/child'],
  ['guard', 'new-shop', 'old-shop', 'redis-emulator', 'smtp-sink', 'stripe-stand-in'].map(
    (name) => `demo/processes/${name}`,
  ),
];

/**
 * What k6's bundler takes apart itself, to drop what a script does not use: every virtual user evaluates it. It finds the
 * single modules of these, and, of those that are bundles too, a copy of what they were.
 */
const FOR_K6 = ['contract/index', 'demo/greenlight.config', 'load/engines/k6/runtime'];

/**
 * Puts what a process loads into few files, in place of the single modules: through Playwright's loader each module
 * costs milliseconds in each of its processes. Types stay where they are.
 * @param {string} dist
 */
export async function bundle(dist) {
  const kept = await closure(dist, FOR_K6);
  const single = FOR_K6.map((name) => [
    `${name}.single.js`,
    readFileSync(path.join(dist, `${name}.js`), 'utf8'),
  ]);
  const outputs = [];
  for (const group of GROUPS) {
    const { outputFiles } = await build({
      entryPoints: group.map((name) => ({ in: path.join(dist, `${name}.js`), out: name })),
      outdir: dist,
      write: false,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      // Some eighty modules, in every process.
      alias: { zod: fileURLToPath(import.meta.resolve('zod')) },
      chunkNames: 'chunks/[name]-[hash]',
      // A source with a character beyond Latin-1 is held with two bytes for each of its characters, in every process.
      charset: 'ascii',
      logLevel: 'warning',
      plugins: [ownPlace(dist), withoutLanguages()],
    });
    outputs.push(...outputFiles);
  }
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && file.endsWith('.js') && !kept.has(file)) rmSync(file);
  }
  for (const { path: file, contents } of outputs) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, contents);
  }
  for (const [name, source] of single) writeFileSync(path.join(dist, name), source);
  cpSync(
    fileURLToPath(import.meta.resolve('zod/package.json').replace('package.json', 'LICENSE')),
    path.join(dist, 'chunks', 'zod.LICENSE'),
  );
}

/**
 * The files of these modules and of everything of ours that they import.
 * @param {string} dist
 * @param {readonly string[]} names
 */
async function closure(dist, names) {
  const { metafile } = await build({
    entryPoints: names.map((name) => path.join(dist, `${name}.js`)),
    outdir: dist,
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    metafile: true,
    logLevel: 'warning',
  });
  return new Set(Object.keys(metafile.inputs).map((file) => path.resolve(file)));
}

/**
 * Modules find what lies beside them (SQL, child processes, a grammar) by `import.meta`, and in a bundle that is another
 * place: it is replaced by where the module was. Not in quotes, where it is a word for another bundler.
 * @param {string} dist
 * @returns {import('esbuild').Plugin}
 */
function ownPlace(dist) {
  return {
    name: 'own-place',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^greenlight-own-place$/ }, () => ({ path: 'own-place', namespace: 'own-place' }));
      onLoad({ filter: /.*/, namespace: 'own-place' }, () => ({ contents: OWN_PLACE, loader: 'js' }));
      onLoad({ filter: /\.js$/ }, ({ path: file }) => {
        const source = readFileSync(file, 'utf8');
        if (!file.startsWith(dist) || !source.includes('import.meta.')) return undefined;
        const own = JSON.stringify(path.relative(dist, file).replaceAll(path.sep, '/'));
        return {
          loader: 'js',
          contents: `import { placeOf as greenlightPlaceOf } from 'greenlight-own-place';\n${source.replace(
            /(?<!['"])import\.meta\.(url|dirname|filename)/g,
            (_, member) => `greenlightPlaceOf(${own}).${member}`,
          )}`,
        };
      });
    },
  };
}

/**
 * Messages of zod in some forty languages, which nothing of ours shows.
 * @returns {import('esbuild').Plugin}
 */
function withoutLanguages() {
  return {
    name: 'without-languages',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.(js|cjs)$/ }, () => ({
        loader: 'js',
        contents: "export { default as en } from './en.js';",
      }));
    },
  };
}

const OWN_PLACE = `
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
let root = import.meta.dirname;
while (!existsSync(path.join(root, 'package.json'))) root = path.dirname(root);
export function placeOf(module) {
  const filename = path.join(root, 'dist', module);
  return { filename, dirname: path.dirname(filename), url: pathToFileURL(filename).href };
}
`;
