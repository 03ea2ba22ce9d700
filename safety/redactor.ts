import type { Plan } from '../contract/plan/plan.ts';
import { GreenlightError } from '../contract/errors.ts';
import { identitiesOf, keepIdentities, keptIdentities } from './identities.ts';
import { secretValuesOf } from './process-secrets.ts';
import { holdsSecretNumber, isSensitiveName } from './secret-names.ts';
import { MASK, maskPatterns } from './secret-patterns.ts';
import { createSecretMatcher, type SecretMatcher } from './secret-matcher.ts';
import { isMaskable, secretsOfEnvironment, urlCredentials } from './secret-values.ts';

/** Environment variable that switches redaction off. Only tests may: see `redactionEnabled`. */
export const REDACTION_ENV = 'GREENLIGHT_REDACTION';

/** Masks secrets as `[redacted]`. */
export interface Redactor {
  /** The same text without secrets. */
  text(text: string): string;
  /** A copy of plain data (objects, arrays, strings) without secrets; other objects are returned as they are. */
  deep<T>(value: T): T;
  /** Makes one more value known, for example a password that a test made up. */
  add(secretValue: string): void;
}

/** A redactor that can also leave patterns alone. */
export interface FullRedactor extends Redactor {
  /** Masks only values that are known, for content that is no text. */
  known(text: string): string;
}

/**
 * Makes a redactor that knows the secrets of the environment (by name and by URLs that hold credentials), of the
 * variables in `names`, the `values` given, and everything that only its shape gives away.
 */
export function createRedactor(
  options: {
    readonly env?: NodeJS.ProcessEnv;
    readonly names?: readonly string[];
    readonly values?: readonly string[];
    /** Default: what `redactionEnabled` says of the environment. */
    readonly enabled?: boolean;
  } = {},
): FullRedactor {
  const env = options.env ?? process.env;
  const enabled = options.enabled ?? redactionEnabled(env);
  if (!enabled) {
    return { text: (text) => text, known: (text) => text, deep: (value) => value, add: () => undefined };
  }

  const values = new Set<string>();
  const learn = (value: string): void => {
    for (const text of [value, value.trim(), ...urlCredentials(value)])
      if (isMaskable(text)) values.add(text);
  };
  let matcher: SecretMatcher | undefined;
  let identities = 0;
  const known = (input: string): string => {
    const kept = keptIdentities();
    if (matcher === undefined || kept.size !== identities) {
      identities = kept.size;
      const lower = new Set([...kept].map((one) => one.toLowerCase()));
      matcher = createSecretMatcher(
        [...values].filter((value) => !lower.has(value.toLowerCase())),
        kept,
      );
    }
    return matcher.mask(input, MASK);
  };
  const text = (input: string): string => (input.length === 0 ? input : maskPatterns(known(input)));
  for (const value of secretsOfEnvironment(env)) values.add(value);
  for (const name of options.names ?? []) learn(env[name] ?? '');
  for (const value of options.values ?? []) learn(value);
  return {
    text,
    known,
    deep: <T>(value: T): T => deepCopy(value, text, new Map()) as T,
    add: (value) => {
      learn(value);
      matcher = undefined;
    },
  };
}

/**
 * The redactor of a plan: its secrets, the credentials inside its URLs, and the environment's. What identifies its
 * target and checks is kept from here on, in this process.
 */
export function redactorOf(plan: Plan, env: NodeJS.ProcessEnv = process.env): FullRedactor {
  keepIdentities(identitiesOf(plan));
  return createRedactor({ env, values: secretValuesOf(plan, env) });
}

/**
 * Redaction is always on, except that Greenlight's own tests (`NODE_ENV=test`) may switch it off to prove that their
 * scan finds what is planted.
 * @throws GreenlightError VARIABLE_REFUSED when anyone else tries
 */
export function redactionEnabled(env: NodeJS.ProcessEnv): boolean {
  if (env[REDACTION_ENV] !== 'off') return true;
  if (env['NODE_ENV'] === 'test') return false;
  throw new GreenlightError('VARIABLE_REFUSED', `${REDACTION_ENV}=off: secrets are always masked`, {
    hint: `Unset ${REDACTION_ENV}.`,
  });
}

function deepCopy(value: unknown, text: (text: string) => string, seen: Map<object, unknown>): unknown {
  if (typeof value === 'string') return text(value);
  if (typeof value !== 'object' || value === null) return value;
  const before = seen.get(value);
  if (before !== undefined) return before;
  if (Array.isArray(value)) {
    const copy: unknown[] = [];
    seen.set(value, copy);
    for (const item of value) copy.push(deepCopy(item, text, seen));
    return copy;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const copy: Record<string, unknown> = {};
  seen.set(value, copy);
  const entries = Object.entries(value);
  const named = entries.find(([key, inner]) => key === 'name' && typeof inner === 'string')?.[1] as
    string | undefined;
  for (const [key, inner] of entries) {
    const hidden = isSensitiveName(key) || (key === 'value' && named !== undefined && isSensitiveName(named));
    if (key === 'cookies' && Array.isArray(inner)) {
      copy[key] = (inner as unknown[]).map((cookie) => cookieCopy(cookie, text, seen));
      continue;
    }
    copy[text(key)] = hidden ? hiddenCopy(key, inner, text, seen) : deepCopy(inner, text, seen);
  }
  return copy;
}

/** Under a sensitive name texts are masked, alone or in a list; what has fields of its own is copied by their names. */
function hiddenCopy(
  key: string,
  value: unknown,
  text: (text: string) => string,
  seen: Map<object, unknown>,
): unknown {
  if (typeof value === 'string') return value === '' ? value : MASK;
  if (typeof value === 'number' && holdsSecretNumber(key)) return MASK;
  if (!Array.isArray(value)) return deepCopy(value, text, seen);
  return value.map((item: unknown) => hiddenCopy(key, item, text, seen));
}

/** A cookie as an object keeps its name and attributes. */
function cookieCopy(cookie: unknown, text: (text: string) => string, seen: Map<object, unknown>): unknown {
  const copy = deepCopy(cookie, text, seen);
  const named =
    typeof copy === 'object' && copy !== null && 'value' in copy && typeof copy.value === 'string';
  return named && copy.value !== '' ? { ...copy, value: MASK } : copy;
}
