import type { Problem } from '../errors.ts';
import { object } from '../flow/loose.ts';

/** Variables with which a plan could change what the answer of a program means that Greenlight starts. */
const NOT_TO_BE_SET = /^(?:GREENLIGHT_.*|PW_TEST_REPORTER|NODE_OPTIONS|NODE_TLS_REJECT_UNAUTHORIZED)$/i;

/**
 * What is wrong with the environment that a plan gives to a program.
 * @param path of the environment, such as `specs[0].env`
 * @param readers who may read variables of one's own, for the remedy
 */
export function envProblems(env: unknown, path: string, readers: string): Problem[] {
  return Object.keys(object(env))
    .filter((name) => NOT_TO_BE_SET.test(name))
    .map((name) => ({
      path: `${path}.${name}`,
      value: JSON.stringify(name),
      problem: 'changes how Greenlight or Node itself work, and with them what the answer means',
      remedy: `remove it; name a variable that ${readers} read`,
    }));
}

/** Variables of ours that a program would get under another name, such as the key that signs verdicts. */
export function ownSecretProblems(env: unknown, path: string): Problem[] {
  return Object.entries(object(env)).flatMap(([name, value]) => {
    const { secret } = object(value);
    if (typeof secret !== 'string' || !/^GREENLIGHT_/i.test(secret)) return [];
    return [
      {
        path: `${path}.${name}`,
        value: JSON.stringify(secret),
        problem: 'is a variable of Greenlight itself, which no program that a plan runs may have',
        remedy: 'give the program a key of its own, in a variable of its own',
      },
    ];
  });
}
