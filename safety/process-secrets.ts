import type { Plan } from '../contract/plan/plan.ts';
import { identitiesOf, keepIdentities } from './identities.ts';
import { secretNames, planLeaves } from './secrets.ts';
import { urlCredentials } from './secret-values.ts';

// On globalThis, because Playwright may load this module twice: once for its configuration, once for its reporters.
const REGISTRY = Symbol.for('greenlight.process-secrets');

function registry(): Set<string> {
  const holder = globalThis as { [REGISTRY]?: Set<string> };
  return (holder[REGISTRY] ??= new Set());
}

/**
 * Makes the secrets of a plan known to the redacting reporter of this process. Called while Playwright's configuration
 * is evaluated; the values stay in memory, because options of reporters end up in reports.
 */
export function protectSecretsOf(plan: Plan, env: NodeJS.ProcessEnv = process.env): void {
  for (const value of secretValuesOf(plan, env)) registry().add(value);
  keepIdentities(identitiesOf(plan));
}

/** Values that were made known in this process. */
export function processSecrets(): readonly string[] {
  return [...registry()];
}

/** The secret values of a plan: of the variables it names, and the credentials inside its URLs. */
export function secretValuesOf(plan: Plan, env: NodeJS.ProcessEnv = process.env): readonly string[] {
  const named = secretNames(plan).flatMap((name) => env[name] ?? []);
  const literals = planLeaves(plan).flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
  return [...new Set([...named, ...[...named, ...literals].flatMap(urlCredentials)])];
}
