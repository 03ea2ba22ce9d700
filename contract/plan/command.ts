import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { list, type Loose, object } from '../flow/loose.ts';
import { envProblems, ownSecretProblems } from './env-problems.ts';
import { SecretString } from './secret.ts';

/**
 * A program that a plan may run: a name, which is looked up on PATH, or a path, seen from the folder of the plan. Not a
 * command line: blanks in it belong to the name of a file.
 */
export const Program = z.string().regex(/^\S(?:.*\S)?$/, 'must be the name or the path of a program');

/** The keys of a command, wherever a plan has one: a program with its arguments, and never a line for a shell. */
export const command = {
  /**
   * The program: a name, which is looked up on PATH, or a path, seen from the folder of the plan. `allow.commands` must
   * name it in the same words.
   */
  program: Program,
  /** Its arguments, one by one. No shell reads them: `*`, `$NAME`, `|` and `&&` are texts like any other. */
  args: z.array(z.string()).default([]),
  /**
   * Environment variables for it. Besides them it gets PATH, HOME, the language, the time zone and the folder for
   * temporary files, and nothing else.
   */
  env: z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), SecretString).default({}),
  /** Its working directory, seen from the folder of the plan; default: that folder. */
  cwd: z.string().min(1).optional(),
};

/** A command, as a plan says it. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, SecretString>>;
  readonly cwd?: string | undefined;
}

/**
 * What forbids a command: the one door for every program that a plan may ever run.
 * @param path where the plan has the command, such as `probes[2]`
 */
export function commandProblems(plan: Loose, { program, env }: Command, path: string): readonly Problem[] {
  const problems: Problem[] = [
    ...envProblems(env, `${path}.env`, 'the program'),
    ...ownSecretProblems(env, `${path}.env`),
  ];
  if (list(object(plan['allow'])['commands']).includes(program)) return problems;
  return [
    {
      path: `${path}.program`,
      value: JSON.stringify(program),
      problem: 'is a program that the plan does not allow to be run',
      remedy: `add it deliberately: allow: { commands: [${JSON.stringify(program)}] }`,
    },
    ...problems,
  ];
}
