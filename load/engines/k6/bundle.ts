import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as Esbuild from 'esbuild';
import { importOptional } from '../../../host/import-optional.ts';

const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const runtimeFile = fileURLToPath(new URL(`./runtime${extension}`, import.meta.url));
const ownModules = fileURLToPath(new URL('../../../', import.meta.url));
const ownContract = join(ownModules, 'contract/');

/** Packages that a plan may mention but no load engine has. */
const NOT_IN_K6 = /^(@playwright\/test|playwright|playwright-core)(\/|$)/;

/**
 * Bundles a plan's flows into a script for k6: the same definitions, no generated copies. Whatever k6 does not have
 * (Node's modules, Playwright) is replaced by stand-ins that throw when they are used, not when they are imported.
 * @param planFile undefined for profiles of plain requests
 * @param embedded variables that the script carries itself, for places where its environment is not ours; no secrets
 * @returns the path of the script
 */
export async function bundleForK6(
  planFile: string | undefined,
  scratch: string,
  embedded?: Readonly<Record<string, string>>,
): Promise<string> {
  const { build } = await importOptional('esbuild', () => import('esbuild'));
  const outfile = join(scratch, 'k6-script.js');
  const plan = planFile === undefined ? 'const plan = {};' : `import plan from ${JSON.stringify(planFile)};`;
  const env = embedded === undefined ? '__ENV' : 'greenlightEnvironment';
  await build({
    stdin: {
      contents: entry(plan, env),
      resolveDir: scratch,
      loader: 'ts',
      sourcefile: 'greenlight-k6-entry.ts',
    },
    outfile,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    // Neither browser nor node: k6 has the interfaces of neither.
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['import', 'module', 'default'],
    external: ['k6', 'k6/*'],
    define: { 'process.env': env, 'import.meta.url': '"file:///plan"' },
    ...(embedded === undefined
      ? {}
      : { banner: { js: `const ${env} = { ...__ENV, ...${JSON.stringify(embedded)} };` } }),
    logLevel: 'silent',
    charset: 'utf8',
    plugins: [standIns(), singleModules(), withoutSideEffects(), lighter()],
  });
  return outfile;
}

function entry(plan: string, env: string): string {
  return [
    `import http from 'k6/http';`,
    `import exec from 'k6/execution';`,
    `import { Counter, Trend } from 'k6/metrics';`,
    `import { k6Script } from ${JSON.stringify(runtimeFile)};`,
    plan,
    `const flows = (plan.default ?? plan).flows ?? [];`,
    `const script = k6Script({ http, exec, Counter, Trend, env: ${env} }, flows);`,
    `export const options = script.options;`,
    `export const iteration = script.iteration;`,
    `export const handleSummary = script.handleSummary;`,
  ].join('\n');
}

function standIns(): Esbuild.Plugin {
  return {
    name: 'stand-ins',
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ path }) =>
        isBuiltin(path) || NOT_IN_K6.test(path) ? { path, namespace: 'stand-in' } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => ({
        loader: 'js',
        contents: standIn(path),
      }));
    },
  };
}

/** A module whose every member throws when it is called, made or read further; only the prototype can be a proxy here. */
function standIn(path: string): string {
  return `
const refuse = (name) => { throw new Error(${JSON.stringify(path)} + ' is not there under load (' + String(name) + '): keep it out of flows that make load'); };
const member = (name) => new Proxy(function () {}, { apply: () => refuse(name), construct: () => refuse(name), get: (_, key) => key === Symbol.toPrimitive || key === 'then' ? undefined : member(name + '.' + String(key)) });
module.exports = Object.create(new Proxy({}, { get: (_, name) => name === '__esModule' ? false : member(name), has: () => true }));
`;
}

/**
 * Where Greenlight is built, what a plan imports of ours is a bundle, of which nothing could be dropped. Beside it lies
 * what it was before.
 */
function singleModules(): Esbuild.Plugin {
  return {
    name: 'own-single-modules',
    setup(build) {
      build.onLoad({ filter: /\.js$/ }, ({ path }) => {
        const single = path.replace(/js$/, 'single.js');
        return path.startsWith(ownModules) && existsSync(single)
          ? { loader: 'js', contents: readFileSync(single, 'utf8'), resolveDir: dirname(path) }
          : undefined;
      });
    },
  };
}

/** Lets the bundler drop what the script does not use of our own contract: every virtual user evaluates the bundle. */
function withoutSideEffects(): Esbuild.Plugin {
  return {
    name: 'own-contract-without-side-effects',
    setup(build) {
      build.onResolve({ filter: /^\.{1,2}\// }, async (given) => {
        if (given.pluginData === 'asked' || !given.resolveDir.startsWith(ownContract.replace(/[\\/]$/, '')))
          return undefined;
        const { path, errors } = await build.resolve(given.path, {
          kind: given.kind,
          resolveDir: given.resolveDir,
          importer: given.importer,
          pluginData: 'asked',
        });
        return errors.length > 0 ? { errors } : { path, sideEffects: false };
      });
    },
  };
}

/** Leaves out what costs every virtual user start-up time and no flow can need: the plan's own schema, zod's languages. */
function lighter(): Esbuild.Plugin {
  return {
    name: 'lighter',
    setup(build) {
      build.onLoad({ filter: /[\\/]contract[\\/]plan[\\/]plan\.(ts|js)$/ }, ({ path }) =>
        path.startsWith(ownContract)
          ? { loader: 'js', contents: 'export const defineConfig = (plan) => plan;' }
          : undefined,
      );
      build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.(js|cjs)$/ }, () => ({
        loader: 'js',
        contents: `export { default as en } from './en.js';`,
      }));
    },
  };
}
