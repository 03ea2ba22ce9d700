import { GreenlightError } from '../contract/errors.ts';
import { keepProcess } from './keep-process.ts';
import { playwrightWhenUsed } from './playwright-when-used.ts';

/**
 * What a plan file exports by default, unchecked. Node 20 runs no TypeScript, and users' projects are CommonJS as often
 * as not; jiti takes every mixture.
 * @param file an absolute path
 * @throws GreenlightError PLAN_UNREADABLE
 */
export async function evaluatePlanFile(file: string): Promise<unknown> {
  const { createJiti } = await import('jiti');
  // No cache on disk: a run must leave nothing behind, and an old transpilation must never be judged.
  const playwright = playwrightWhenUsed(file);
  const jiti = createJiti(import.meta.url, {
    fsCache: false,
    interopDefault: true,
    ...(playwright === undefined ? {} : { virtualModules: { '@playwright/test': playwright } }),
  });
  let loaded: unknown;
  const restore = keepProcess();
  try {
    loaded = await jiti.import(file, { default: true });
  } catch (error) {
    throw new GreenlightError('PLAN_UNREADABLE', file, { cause: error });
  } finally {
    restore();
  }
  if (typeof loaded !== 'object' || loaded === null || Array.isArray(loaded)) {
    throw new GreenlightError('PLAN_NOT_EXPORTED', `${file} has no plan as its default export`);
  }
  return loaded;
}
