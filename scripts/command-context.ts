import { Command, type CommanderError, Help, InvalidArgumentError, type Option } from 'commander';
import { EXIT } from '../contract/exit-codes.ts';
import type { ProcessContext } from '../safety/process-context.ts';

/** What every command gets. */
export interface CommandContext extends ProcessContext {
  /** Keeps the exit code of the command that ran. */
  readonly finish: (exitCode: number) => void;
}

/** A command with examples under its help. */
export function commandOf(name: string, description: string, examples: readonly string[]): Command {
  const command = new Command(name).description(description).configureHelp({ optionDescription });
  return command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`);
}

/** Without "(default: false)" and "(default: [])": that a flag is off unless it is given is no news. */
function optionDescription(option: Option): string {
  const { defaultValue } = option as { readonly defaultValue: unknown };
  const says = defaultValue !== false && !(Array.isArray(defaultValue) && defaultValue.length === 0);
  const shown = says ? option : Object.assign(Object.create(option) as Option, { defaultValue: undefined });
  return new Help().optionDescription(shown);
}

/** The exit code for what commander threw: help was asked for, or the command line is not right. */
export function exitCodeOfUsage(error: CommanderError): number {
  return error.exitCode === 0 ? EXIT.GO : EXIT.USAGE;
}

/** The option that names the plan. */
export const CONFIG_OPTION = [
  '-c, --config <file>',
  'the plan (default: greenlight.config.* here or above)',
] as const;

/** An option that may be given several times. */
export function repeated(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** An option that must say something; blanks around it would keep the two sides of a question apart. */
export function filled(text: string): string {
  const trimmed = text.trim();
  if (trimmed !== '') return trimmed;
  throw new InvalidArgumentError('It must not be empty: is the variable set?');
}

/** An option that takes a TCP port; 0 is any that is free. */
export function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a port: a whole number up to 65535; 0 is any that is free.');
}

/** An option that takes a whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
  };
}
