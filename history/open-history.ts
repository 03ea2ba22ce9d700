import path from 'node:path';
import { GreenlightError } from '../contract/errors.ts';
import type { Plan } from '../contract/plan/plan.ts';
import type { HistoryStore } from '../contract/ports/history-store.ts';
import { resolveSecret } from '../safety/secrets.ts';
import { createFileStore } from './file-store.ts';

/** Where a history is, besides what the plan says. */
export interface HistoryPlace {
  readonly plan: Plan;
  /** The plan's file, as an absolute path. */
  readonly planFile: string;
  /** The durable directory of the run. */
  readonly stateDirectory: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The history of the plan. Nothing is read or written before it is used.
 * @throws GreenlightError SECRET_MISSING, ADDRESS_INVALID, or PART_MISSING where `pg` is not installed
 */
export async function openHistory({
  plan,
  planFile,
  stateDirectory,
  env,
}: HistoryPlace): Promise<HistoryStore> {
  const { store } = plan.history;
  if (store.adapter === 'postgres') {
    const { createPostgresStore } = await import('./postgres/store.ts');
    return createPostgresStore(databaseAddress(plan, env));
  }
  const directory =
    store.directory === undefined
      ? path.join(stateDirectory, 'history')
      : path.resolve(path.dirname(planFile), store.directory);
  return createFileStore(directory);
}

/**
 * The address of the database that keeps the history.
 * @throws GreenlightError ADDRESS_INVALID where the plan names none
 */
export function databaseAddress(plan: Plan, env: NodeJS.ProcessEnv): string {
  const { store } = plan.history;
  if (store.adapter === 'postgres') return resolveSecret(store.url, env);
  throw new GreenlightError('ADDRESS_INVALID', 'the plan keeps its history in files (history.store)');
}
