import { GreenlightError, type Problem } from '../contract/errors.ts';
import { pathText, type Plan } from '../contract/plan/plan.ts';
import { SecretRef, type SecretString } from '../contract/plan/secret.ts';

/** A string or a secret reference somewhere inside a plan. */
export interface PlanLeaf {
  readonly path: string;
  readonly value: string | SecretRef;
}

/**
 * The text of a value of the plan: itself, or the environment variable it refers to.
 * @throws GreenlightError SECRET_MISSING when the variable is unset or empty
 */
export function resolveSecret(value: SecretString, env: NodeJS.ProcessEnv = process.env): string {
  if (typeof value === 'string') return value;
  const found = env[value.secret];
  if (found === undefined || found === '') {
    throw new GreenlightError('SECRET_MISSING', `the environment variable ${value.secret} is not set`);
  }
  return found;
}

/**
 * What `ctx.secret(name)` of a flow is: reads only variables that the plan names, because only those are known to
 * every process that redacts.
 * @throws GreenlightError SECRET_MISSING when the plan does not name the variable, or it is unset
 */
export function secretReader(plan: Plan, env: NodeJS.ProcessEnv = process.env): (name: string) => string {
  const named = new Set(secretNames(plan));
  return (name) => {
    if (!named.has(name)) {
      throw new GreenlightError('SECRET_UNNAMED', `a flow reads ${name}, which the plan does not name`, {
        hint: `Add it: secrets: ['${name}'], so that its value is masked in every output.`,
      });
    }
    return resolveSecret({ secret: name }, env);
  };
}

/** Names of all environment variables that the plan refers to or lists in `secrets`. */
export function secretNames(plan: Plan): readonly string[] {
  const referred = planLeaves(plan).flatMap(({ value }) => (typeof value === 'string' ? [] : [value.secret]));
  return [...new Set([...referred, ...plan.secrets])];
}

/**
 * Every environment variable that a run of the plan needs and that is not set, all at once. Those of `notify` and
 * `export` are for whoever tells; what lacks its own is told about where it is used.
 */
export function secretProblems(
  { notify: _, export: __, ...plan }: Plan,
  env: NodeJS.ProcessEnv = process.env,
): Problem[] {
  const places = new Map<string, string>();
  for (const { path, value } of planLeaves(plan)) {
    if (typeof value !== 'string' && !places.has(value.secret)) places.set(value.secret, path);
  }
  plan.secrets.forEach((name, index) => {
    if (!places.has(name)) places.set(name, `secrets[${index}]`);
  });
  return [...places]
    .filter(([name]) => env[name] === undefined || env[name] === '')
    .map(([name, path]) => ({
      path,
      value: env[name] === '' ? 'an empty value' : 'nothing',
      problem: `the environment variable ${name} is not set`,
      remedy: `set ${name} before the run; its value is never written to a file`,
    }));
}

/**
 * All strings and secret references of a plan with their paths: nested data, the rows of data pools, and the source
 * text of functions, so that a key written into a flow is seen too. Schemas and readers are not data and are left out.
 */
export function planLeaves(plan: unknown): readonly PlanLeaf[] {
  const leaves: PlanLeaf[] = [];
  const seen = new Set<object>();
  const visit = (value: unknown, path: readonly PropertyKey[]): void => {
    if (typeof value === 'string') leaves.push({ path: pathText(path), value });
    else if (typeof value === 'function')
      leaves.push({ path: pathText(path), value: Function.prototype.toString.call(value) });
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    seen.add(value);
    if (Array.isArray(value)) {
      value.forEach((item, index) => visit(item, [...path, index]));
      return;
    }
    const reference = SecretRef.safeParse(value);
    if (reference.success) {
      // A shared reference may stand in several places; each is worth naming.
      seen.delete(value);
      leaves.push({ path: pathText(path), value: reference.data });
      return;
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return;
    for (const [key, inner] of Object.entries(value)) visit(inner, [...path, key]);
  };
  visit(plan, []);
  return leaves;
}
