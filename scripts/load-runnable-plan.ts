import { GreenlightError } from '../contract/errors.ts';
import { refuseLiveKeys } from '../safety/live-keys.ts';
import { secretProblems } from '../safety/secrets.ts';
import { type LoadedPlan, loadConfig } from './load-config.ts';

/**
 * Loads a plan that is going to be used against its target: every secret is there and none of them is a live key.
 * @throws GreenlightError as `loadConfig`, and LIVE_KEY or SECRET_MISSING
 */
export async function loadRunnablePlan(
  cwd: string,
  named: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<LoadedPlan> {
  const loaded = await loadConfig(cwd, named);
  refuseLiveKeys(loaded.plan, env);
  const problems = secretProblems(loaded.plan, env);
  if (problems.length === 0) return loaded;
  throw new GreenlightError('SECRET_MISSING', `${problems.length} of those that the plan names`, {
    problems,
  });
}
