import path from 'node:path';
import { readSigningKey, signingKeyOf, type SigningKey } from './key-file.ts';

/** The path of a private key, or the key itself in PEM. */
export const SIGNING_KEY_ENV = 'GREENLIGHT_SIGNING_KEY';

/** The keys that a machine signs verdicts with, and the environment for everything that it starts. */
export interface ConfiguredKeys {
  readonly keys: readonly SigningKey[];
  /** Without the key: what tests a target has no business with it. */
  readonly env: NodeJS.ProcessEnv;
}

/** An environment for what tests a target: it must not be able to sign for it. */
export function withoutSigningKey(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { [SIGNING_KEY_ENV]: _key, ...env } = environment;
  return env;
}

/**
 * Reads the keys given with --sign-key, or else the one of the environment.
 * @throws GreenlightError KEY_UNUSABLE for a key that cannot be used
 */
export function configuredKeys(
  cwd: string,
  named: readonly string[] | undefined,
  environment: NodeJS.ProcessEnv,
): ConfiguredKeys {
  const { [SIGNING_KEY_ENV]: configured } = environment;
  const env = withoutSigningKey(environment);
  if (named !== undefined) return { keys: named.map((file) => readSigningKey(path.resolve(cwd, file))), env };
  if (configured === undefined || configured === '') return { keys: [], env };
  const key = configured.includes('-----BEGIN')
    ? signingKeyOf(configured, `in ${SIGNING_KEY_ENV}`)
    : readSigningKey(path.resolve(cwd, configured));
  return { keys: [key], env };
}
