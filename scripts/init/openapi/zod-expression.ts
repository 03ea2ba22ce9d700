import { z } from 'zod';
import { block, propertyName, quoted } from '../../../host/typescript-source.ts';

/** What a call of zod may be given. */
type Argument =
  | string
  | number
  | boolean
  | null
  | RegExp
  | Expression
  | readonly Argument[]
  | { readonly members: Members }
  | { readonly options: Readonly<Record<string, boolean>> };

/** Properties of an object, by name. */
export type Members = Readonly<Record<string, Expression>>;

interface Call {
  /** A function of `z` or a method of what stands before it: `object`, `iso.datetime`, `nullable`. */
  readonly name: string;
  readonly arguments: readonly Argument[];
}

/**
 * A zod schema as data: `z.string().min(1)`. It is printed into a plan and built for a look at a real answer, so that both
 * are one translation.
 */
export interface Expression {
  readonly start: Call | { readonly reference: string; readonly later: boolean };
  readonly chain: readonly Call[];
}

/** `z.<name>(...)` */
export function call(name: string, ...given: readonly Argument[]): Expression {
  return { start: { name, arguments: given }, chain: [] };
}

/** A named schema; `later` where it is only defined further down, or by itself. */
export function reference(name: string, later: boolean): Expression {
  return { start: { reference: name, later }, chain: [] };
}

/** `<expression>.<name>(...)` */
export function chained(expression: Expression, name: string, ...given: readonly Argument[]): Expression {
  return { ...expression, chain: [...expression.chain, { name, arguments: given }] };
}

/** The expression as TypeScript. */
export function printed({ start, chain }: Expression): string {
  const first =
    'reference' in start
      ? start.later
        ? `z.lazy(() => ${start.reference})`
        : start.reference
      : `z.${printedCall(start)}`;
  return [first, ...chain.map(printedCall)].join('.');
}

function printedCall({ name, arguments: given }: Call): string {
  return `${name}(${given.map(printedArgument).join(', ')})`;
}

function printedArgument(argument: Argument): string {
  if (typeof argument === 'string') return quoted(argument);
  if (typeof argument !== 'object' || argument === null) return String(argument);
  if (argument instanceof RegExp) {
    const flags = argument.flags === '' ? '' : `, ${quoted(argument.flags)}`;
    return `new RegExp(${quoted(argument.source)}${flags})`;
  }
  if ('start' in argument) return printed(argument);
  if ('options' in argument) {
    const options = Object.entries(argument.options).map(([name, value]) => `${name}: ${value}`);
    return `{ ${options.join(', ')} }`;
  }
  if ('members' in argument) {
    const lines = Object.entries(argument.members).map(
      ([name, member]) => `${propertyName(name)}: ${printed(member)},`,
    );
    return lines.length === 0 ? '{}' : block('{', lines, '}');
  }
  return `[${argument.map(printedArgument).join(', ')}]`;
}

/** The expression as a schema; `named` has those that it refers to. */
export function built(expression: Expression, named: ReadonlyMap<string, z.ZodType>): z.ZodType {
  const argument = (given: Argument): unknown => {
    if (typeof given !== 'object' || given === null || given instanceof RegExp) return given;
    if ('start' in given) return built(given, named);
    if ('options' in given) return given.options;
    if (!('members' in given)) return given.map(argument);
    return Object.fromEntries(
      Object.entries(given.members).map(([name, member]) => [name, built(member, named)]),
    );
  };
  const find = (name: string): z.ZodType => {
    const schema = named.get(name);
    if (schema === undefined) throw new Error(`the schema ${name} was not translated`);
    return schema;
  };
  const { start, chain } = expression;
  const first =
    'reference' in start
      ? start.later
        ? z.lazy(() => find(start.reference))
        : find(start.reference)
      : applied(z, start.name, start.arguments.map(argument));
  return chain.reduce((schema, one) => applied(schema, one.name, one.arguments.map(argument)), first);
}

/** Names are those of this folder, never of a document. */
function applied(owner: unknown, name: string, given: readonly unknown[]): z.ZodType {
  const path = name.split('.');
  const last = path.pop() ?? '';
  const holder = path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], owner);
  return (holder as Record<string, (...all: readonly unknown[]) => z.ZodType>)[last]?.(...given) as z.ZodType;
}
