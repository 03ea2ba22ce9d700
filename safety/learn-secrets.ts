import { identitiesOf, keepIdentities, namesOfRun } from './identities.ts';
import { secretValuesOf } from './process-secrets.ts';
import type { Redactor } from './redactor.ts';
import { loadRunContext, planFileOf, planOfThisRun } from '../host/run-context.ts';

/**
 * Makes the secrets of the plan of this run known to a redactor, and what no redactor may mask; nothing where no plan
 * is named.
 * @throws GreenlightError when the plan cannot be read
 */
export async function learnSecretsOfRun(redactor: Redactor): Promise<void> {
  if (planFileOf() === undefined) return;
  const context = loadRunContext();
  if (context !== undefined) keepIdentities(namesOfRun(context));
  const plan = await planOfThisRun();
  keepIdentities(identitiesOf(plan));
  for (const value of secretValuesOf(plan)) redactor.add(value);
}
