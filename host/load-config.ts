import { existsSync } from 'node:fs';
import path from 'node:path';
import { canonicalJson } from '../contract/evidence/canonical.ts';
import { GreenlightError } from '../contract/errors.ts';
import { parsePlan, type Plan } from '../contract/plan/plan.ts';
import { evaluatePlanFile } from './evaluate-plan-file.ts';
import { sha256Of } from './file-digest.ts';

/** A plan as it was found on disk. */
export interface LoadedPlan {
  readonly plan: Plan;
  /** Absolute path. */
  readonly file: string;
  /** Of everything the plan says, functions included; secrets take part by name only. */
  readonly digest: string;
}

const NAMES = ['mts', 'ts', 'mjs', 'js', 'cts', 'cjs'].map((extension) => `greenlight.config.${extension}`);

/**
 * Finds, evaluates and checks the plan. Nothing is sent anywhere.
 * @param named the file given with --config, relative to `cwd`; without it, the plan in `cwd` or the nearest one above
 * @throws GreenlightError PLAN_NOT_FOUND, PLAN_UNREADABLE or PLAN_INVALID (with every problem)
 */
export async function loadConfig(cwd: string, named?: string): Promise<LoadedPlan> {
  const file = findConfig(cwd, named);
  const plan = parsePlan(await evaluatePlanFile(file));
  return { plan, file, digest: digestOf(plan) };
}

/** Whether a plan of this name is found without --config. */
export function isUsualName(file: string): boolean {
  return NAMES.includes(path.basename(file));
}

/** `sha256:<hex>` of the canonical form of a value. */
export function digestOf(value: unknown): string {
  return sha256Of(canonicalJson(value));
}

function findConfig(cwd: string, named?: string): string {
  if (named !== undefined) {
    const file = path.resolve(cwd, named);
    if (!existsSync(file)) throw new GreenlightError('PLAN_NOT_FOUND', `${file} does not exist`);
    return file;
  }
  for (let directory = path.resolve(cwd); ; directory = path.dirname(directory)) {
    const found = NAMES.map((name) => path.join(directory, name)).filter((file) => existsSync(file));
    const [first, second] = found;
    if (second !== undefined) {
      throw new GreenlightError('PLAN_AMBIGUOUS', `there is more than one: ${found.join(', ')}`);
    }
    if (first !== undefined) return first;
    if (path.dirname(directory) === directory) break;
  }
  throw new GreenlightError('PLAN_NOT_FOUND', `neither ${cwd} nor a folder above it has ${NAMES.join(', ')}`);
}
