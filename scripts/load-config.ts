import { existsSync } from 'node:fs';
import path from 'node:path';
import { canonicalJson } from '../contract/canonical.ts';
import { GreenlightError } from '../contract/errors.ts';
import { parsePlan, type Plan } from '../contract/plan.ts';
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
 * @param named the file given with --config, relative to `cwd`
 * @throws GreenlightError PLAN_NOT_FOUND, PLAN_UNREADABLE or PLAN_INVALID (with every problem)
 */
export async function loadConfig(cwd: string, named?: string): Promise<LoadedPlan> {
  const file = findConfig(cwd, named);
  const plan = parsePlan(await evaluate(file));
  return { plan, file, digest: digestOf(plan) };
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
  const found = NAMES.map((name) => path.join(cwd, name)).filter((file) => existsSync(file));
  const [first, second] = found;
  if (first === undefined) {
    throw new GreenlightError('PLAN_NOT_FOUND', `${cwd} has none of ${NAMES.join(', ')}`);
  }
  if (second !== undefined) {
    throw new GreenlightError('PLAN_NOT_FOUND', `there is more than one: ${found.join(', ')}`, {
      hint: 'Keep one of them, or name one with --config <file>.',
    });
  }
  return first;
}

/** Node 20 runs no TypeScript, and users' projects are CommonJS as often as not; jiti takes every mixture. */
async function evaluate(file: string): Promise<unknown> {
  const { createJiti } = await import('jiti');
  // No cache on disk: a run must leave nothing behind, and an old transpilation must never be judged.
  const jiti = createJiti(import.meta.url, { fsCache: false, interopDefault: true });
  let loaded: unknown;
  try {
    loaded = await jiti.import(file, { default: true });
  } catch (error) {
    throw new GreenlightError('PLAN_UNREADABLE', file, { cause: error });
  }
  if (typeof loaded !== 'object' || loaded === null || Array.isArray(loaded)) {
    throw new GreenlightError('PLAN_UNREADABLE', `${file} has no plan as its default export`, {
      hint: 'End it with `export default defineConfig({ target: { ... }, ... })`.',
    });
  }
  return loaded;
}
