import { InvalidArgumentError, Option } from 'commander';
import { GreenlightError } from '../../contract/errors.ts';
import { Location } from '../../contract/plan/synthetic-plan.ts';

/** Environment variable with the place from which this machine looks. */
export const LOCATION_ENV = 'GREENLIGHT_LOCATION';

/** The option that names the place from which a run looks. */
export function locationOption(): Option {
  return new Option(
    '--location <name>',
    `from where it looks, for the history (default: $${LOCATION_ENV}, else "default")`,
  ).argParser((text) => {
    const parsed = Location.safeParse(text);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(`It ${parsed.error.issues[0]?.message ?? 'cannot be used'}.`);
  });
}

/**
 * The place that was named, by the option or by the environment.
 * @throws GreenlightError VARIABLE_REFUSED
 */
export function locationOf(
  options: { readonly location?: string },
  env: NodeJS.ProcessEnv,
): string | undefined {
  const named = options.location ?? (env[LOCATION_ENV] || undefined);
  if (named === undefined || Location.safeParse(named).success) return named;
  throw new GreenlightError(
    'VARIABLE_REFUSED',
    `${LOCATION_ENV} is ${JSON.stringify(named)}, and must be a short name such as frankfurt or eu-west-1`,
  );
}
