import { GreenlightError, type Problem } from '../contract/errors.ts';
import { type PublisherName, PUBLISHERS } from '../reporters/publishers/index.ts';

/**
 * Everything that is missing for the publishers that were asked for, before a run rather than after it.
 * @throws GreenlightError PUBLISHER_INVALID; no value is shown
 */
export function mustHaveSettings(names: readonly PublisherName[], env: NodeJS.ProcessEnv): void {
  const problems = names.flatMap((name) => problemsOf(name, env));
  if (problems.length === 0) return;
  throw new GreenlightError('PUBLISHER_INVALID', `--publish ${names.join(' ')}: settings are not right`, {
    problems,
  });
}

function problemsOf(name: PublisherName, env: NodeJS.ProcessEnv): Problem[] {
  const { needed, optional } = PUBLISHERS[name];
  const missing = Object.keys(needed).filter((variable) => !env[variable]);
  const wrong = Object.entries({ ...needed, ...optional }).flatMap(([variable, rule]) => {
    const value = env[variable];
    const problem = value ? rule(value) : undefined;
    return problem === undefined ? [] : [{ variable, problem }];
  });
  return [
    ...missing.map((variable) => ({
      path: variable,
      value: 'nothing',
      problem: 'the environment variable is not set',
      remedy: `set it, or leave out --publish ${name}`,
    })),
    ...wrong.map(({ variable, problem }) => ({
      path: variable,
      value: 'a value that is not shown',
      problem: `the environment variable ${problem}`,
      remedy: `correct it, or leave out --publish ${name}`,
    })),
  ];
}
