import { GreenlightError, type Problem } from '../contract/errors.ts';
import type { Plan } from '../contract/plan/plan.ts';
import { identitiesOf } from './identities.ts';
import { planLeaves, secretNames } from './secrets.ts';
import { isMaskable, looksSecret, urlCredentials, urlPasswords } from './secret-values.ts';

/**
 * Refuses a variable that the plan names as a secret and whose value is what identifies the target, the release or a
 * check: it cannot be hidden, since the verdict has to say what it is about.
 * @param more identities that the plan does not hold, such as the release
 * @throws GreenlightError PLAN_INVALID that names each variable and never its value
 */
export function refuseSecretIdentities(
  plan: Plan,
  env: NodeJS.ProcessEnv,
  more: readonly string[] = [],
): void {
  const identities = lowerCase([...identitiesOf(plan), ...more]);
  const problems: Problem[] = secretNames(plan)
    .filter((name) => identities.has((env[name] ?? '').trim().toLowerCase()))
    .map((name) => ({
      path: `secret('${name}')`,
      value: 'a value that stands in every report',
      problem: 'its value is the same as the name of the target, a host, a release or a check',
      remedy: `set ${name} to a secret that names nothing, or write it as plain text if it is none`,
    }));
  if (problems.length === 0) return;
  throw new GreenlightError('PLAN_INVALID', 'what a report has to say is named as a secret', { problems });
}

/** What will not be masked although it is a secret, by the variable that holds it: one sentence each. */
export function secretWarnings(
  plan: Plan,
  env: NodeJS.ProcessEnv,
  more: readonly string[] = [],
): readonly string[] {
  const identities = lowerCase([...identitiesOf(plan), ...more]);
  const named = new Set(secretNames(plan));
  const warnings: string[] = [];
  const look = (place: string, value: string): void => {
    if (identities.has(value.toLowerCase())) {
      warnings.push(
        `${place} is also what the target, a host, a release or a check is called, so it is not masked`,
      );
    } else if (!isMaskable(value)) {
      warnings.push(
        `${place} is too short, a number or a common word, so it is not masked: give it at least 6 characters of its own`,
      );
    }
  };
  for (const name of named) {
    const value = (env[name] ?? '').trim();
    if (value === '') continue;
    if (urlCredentials(value).length === 0) look(`the value of ${name}`, value);
    for (const password of new Set(urlPasswords(value))) look(`the password inside ${name}`, password);
  }
  for (const { path, value } of planLeaves(plan)) {
    if (typeof value !== 'string') continue;
    for (const password of new Set(urlPasswords(value))) look(`the password inside ${path}`, password);
  }
  // Of others only what hides an identity: nobody said that they are secret.
  for (const [name, value = ''] of Object.entries(env)) {
    if (named.has(name)) continue;
    const found = [...(looksSecret(name) ? [value.trim()] : []), ...urlCredentials(value)];
    for (const one of new Set(found))
      if (identities.has(one.toLowerCase())) look(`the secret in ${name}`, one);
  }
  return [...new Set(warnings)];
}

function lowerCase(values: readonly string[]): ReadonlySet<string> {
  return new Set(values.filter((value) => value !== '').map((value) => value.toLowerCase()));
}
