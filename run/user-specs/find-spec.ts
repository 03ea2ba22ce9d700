import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { GreenlightError, type Problem } from '../../contract/errors.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import { pathsOf, type SpecCheck } from '../../contract/plan/spec-check.ts';
import { nearestPlaywrightConfig, type PlaywrightInstall, playwrightOf } from '../../host/find-playwright.ts';

/** Where the spec of a check is, and what runs it. */
export interface FoundSpec {
  /** Absolute files and folders, in the order of the plan. */
  readonly paths: readonly string[];
  readonly playwright: PlaywrightInstall;
}

/** @throws GreenlightError PLAN_INVALID with every spec of the plan that cannot be run, before anything is touched */
export function refuseMissingSpecs(plan: Plan, planFile: string): void {
  const problems = plan.specs.flatMap((spec, index) => {
    const found = findSpec(spec, planFile, `specs[${index}]`);
    return 'problems' in found ? found.problems : [];
  });
  if (problems.length === 0) return;
  const count = `${problems.length} problem${problems.length === 1 ? '' : 's'}`;
  throw new GreenlightError('PLAN_INVALID', count, { problems });
}

/**
 * Looks the files of a spec up, its configuration, and the Playwright that belongs to it.
 * @param at the place of the spec in the plan
 */
export function findSpec(
  spec: SpecCheck,
  planFile: string,
  at: string,
): FoundSpec | { readonly problems: readonly Problem[] } {
  const folder = path.dirname(planFile);
  const paths = pathsOf(spec).map((one) => path.resolve(folder, one));
  const missing = pathsOf(spec)
    .filter((_, index) => !existsSync(paths[index] ?? ''))
    .map((one) => missingSpec(one, folder, at));
  if (missing.length > 0) return { problems: missing };
  const config = configOf(spec, folder, paths, at);
  if (typeof config !== 'string') return { problems: [config] };
  try {
    return { paths, playwright: playwrightOf(config) };
  } catch (error) {
    if (!(error instanceof GreenlightError)) throw error;
    const { message, hint } = error;
    return { problems: [{ path: at, value: config, problem: message, remedy: hint ?? 'install it' }] };
  }
}

function missingSpec(named: string, folder: string, at: string): Problem {
  const remedy = /[*{]/.test(named)
    ? 'name files or folders: a pattern is not taken'
    : `correct it; it is seen from the folder of the plan, ${folder}`;
  return { path: `${at}.spec`, value: JSON.stringify(named), problem: 'does not exist', remedy };
}

function configOf(spec: SpecCheck, folder: string, paths: readonly string[], at: string): string | Problem {
  if (spec.config !== undefined) {
    const file = path.resolve(folder, spec.config);
    if (existsSync(file) && statSync(file).isFile()) return file;
    const remedy = `name a Playwright configuration; it is seen from the folder of the plan, ${folder}`;
    return { path: `${at}.config`, value: JSON.stringify(spec.config), problem: 'is no file', remedy };
  }
  const configs = new Set(
    paths.map((one) => nearestPlaywrightConfig(statSync(one).isDirectory() ? one : path.dirname(one))),
  );
  const [config, ...more] = configs;
  if (more.length === 0 && config !== undefined) return config;
  const value = JSON.stringify(spec.spec);
  return config === undefined
    ? {
        path: `${at}.config`,
        value,
        problem: 'no playwright.config lies beside it or in a folder above',
        remedy: "name it: config: 'e2e/playwright.config.ts'",
      }
    : {
        path: `${at}.spec`,
        value,
        problem: `lies under several Playwright configurations: ${[...configs].join(', ')}`,
        remedy: 'name one with config, or make a check of each',
      };
}
