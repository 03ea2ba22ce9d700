import type { Plan } from '../contract/plan/plan.ts';
import { PUBLISHER_SECRETS } from '../reporters/publishers/index.ts';
import { planLeaves, secretNames } from '../safety/secrets.ts';

/** The environment without what publishers speak with. */
export function withoutPublishers(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return without(env, PUBLISHER_SECRETS);
}

/**
 * The environment of what tests a target, which must not be able to speak in our name: without the secrets of publishers,
 * and without variables that only `notify` and `export` name.
 */
export function testsEnv({ notify, export: to, ...tested }: Plan, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const needed = new Set(secretNames(tested));
  const telling = planLeaves([notify, to]).flatMap(({ value }) =>
    typeof value === 'string' || needed.has(value.secret) ? [] : [value.secret],
  );
  return without(withoutPublishers(env), telling);
}

function without(env: NodeJS.ProcessEnv, names: readonly string[]): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !names.includes(name)));
}
