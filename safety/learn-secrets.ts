import { secretValuesOf } from './process-secrets.ts';
import type { Redactor } from './redactor.ts';
import { planFileOf, planOfThisRun } from './run-context.ts';

/**
 * Makes the secrets of the plan of this run known to a redactor; nothing where no plan is named.
 * @throws GreenlightError when the plan cannot be read
 */
export async function learnSecretsOfRun(redactor: Redactor): Promise<void> {
  if (planFileOf() === undefined) return;
  for (const value of secretValuesOf(await planOfThisRun())) redactor.add(value);
}
