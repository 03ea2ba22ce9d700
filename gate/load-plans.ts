import { GreenlightError } from '../contract/errors.ts';
import { loadRunnablePlan } from '../safety/load-runnable-plan.ts';

/**
 * The plans that a gate may run, by the target that each names. Loaded once at the start: what is wrong with one is
 * told to whoever starts the gate, and no request can name a file.
 * @throws GreenlightError as `loadRunnablePlan`, and USAGE when two plans name one target
 */
export async function loadPlans(
  files: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<ReadonlyMap<string, string>> {
  const plans = new Map<string, string>();
  for (const named of files) {
    const { plan, file } = await loadRunnablePlan(cwd, named, env);
    const { name } = plan.target;
    if (plans.has(name)) {
      throw new GreenlightError(
        'OPTION_CONFLICT',
        `--config ${named}: another plan has the target "${name}" already`,
      );
    }
    plans.set(name, file);
  }
  return plans;
}
