import { refuseUrlCredentials } from '../contract/plan/credential-problems.ts';
import { GreenlightError } from '../contract/errors.ts';
import { refuseBrokenUndo } from './check-undo.ts';
import { refuseSecretIdentities } from './check-secrets.ts';
import { refuseLiveKeys } from './live-keys.ts';
import { secretProblems } from './secrets.ts';
import { type LoadedPlan, loadConfig } from '../host/load-config.ts';

/**
 * Loads a plan that is going to be used against its target: every secret is there, none of them is a live key, and
 * what it creates can be removed again.
 * @throws GreenlightError as `loadConfig`, and LIVE_KEY, SECRET_MISSING or PLAN_INVALID
 */
export async function loadRunnablePlan(
  cwd: string,
  named: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<LoadedPlan> {
  const loaded = await loadConfig(cwd, named);
  refuseUrlCredentials(loaded.plan.target);
  refuseLiveKeys(loaded.plan, env);
  const problems = secretProblems(loaded.plan, env);
  if (problems.length === 0) {
    refuseSecretIdentities(loaded.plan, env);
    refuseBrokenUndo(loaded.plan, env);
    return loaded;
  }
  throw new GreenlightError('SECRET_MISSING', `${problems.length} of those that the plan names`, {
    problems,
  });
}
