import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { planFileOf } from '../host/run-context.ts';

const NAMES = ['mts', 'ts', 'mjs', 'js', 'cts', 'cjs'].map((extension) => `greenlight.config.${extension}`);

/**
 * The plan file, which k6 needs to bundle flows. Playwright started by hand may not name it: then it is looked for
 * beside the Playwright configuration and upwards from the specs.
 * @returns an absolute path; undefined when there is none
 */
export function findPlanFile(
  places: readonly (string | undefined)[],
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const named = planFileOf(env);
  if (named !== undefined) return named;
  for (const place of places) {
    for (let directory = place; directory !== undefined; directory = above(directory)) {
      const found = NAMES.map((name) => join(directory, name)).find((path) => existsSync(path));
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function above(directory: string): string | undefined {
  const parent = dirname(directory);
  return parent === directory ? undefined : parent;
}
