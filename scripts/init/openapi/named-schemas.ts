import type { z } from 'zod';
import { comment } from '../../../host/typescript-source.ts';
import { resolvePointer } from './document.ts';
import { translateSchema } from './translate-schema.ts';
import { built, type Expression, printed, reference } from './zod-expression.ts';

/** A schema with a name of its own in the file that is written. */
export interface NamedSchema {
  readonly name: string;
  readonly expression: Expression;
  /** What it accepts and the document does not; each once. */
  readonly open: readonly string[];
  /** Whether it refers to itself, directly or not: TypeScript then needs to be told its type. */
  readonly recursive: boolean;
}

/** All schemas that were asked for, and those that they refer to, each once and in an order in which they can be defined. */
export interface NamedSchemas {
  /** The name of a schema; `wish` is taken for one that has no name of its own. */
  add(schema: unknown, wish: string): string;
  readonly all: readonly NamedSchema[];
  /** The schema itself, to hold an answer against it. */
  built(name: string): z.ZodType;
}

/** @param refsStandAlone whether nothing beside `$ref` counts, as in OpenAPI 2.0 and 3.0 */
export function createNamedSchemas(document: unknown, refsStandAlone: boolean): NamedSchemas {
  const all: NamedSchema[] = [];
  const names = createNames();
  const nameOfRef = new Map<string, string>();
  const underWay = new Set<string>();
  const recursive = new Set<string>();
  const values = new Map<string, z.ZodType>();

  const named = (ref: string): Expression | undefined => {
    const known = nameOfRef.get(ref);
    if (known !== undefined) {
      if (underWay.has(known)) recursive.add(known);
      return reference(known, underWay.has(known));
    }
    const schema = resolvePointer(document, ref);
    if (schema === undefined) return undefined;
    const name = names(ref.split('/').at(-1) ?? 'Schema');
    nameOfRef.set(ref, name);
    define(name, schema);
    return reference(name, false);
  };
  const define = (name: string, schema: unknown): void => {
    underWay.add(name);
    const open = new Set<string>();
    const expression = translateSchema(schema, {
      named,
      open: (what) => open.add(what),
      refsStandAlone,
    });
    underWay.delete(name);
    all.push({ name, expression, open: [...open], recursive: recursive.has(name) });
    values.set(name, built(expression, values));
  };
  return {
    add: (schema, wish) => {
      const ref = (schema as { readonly $ref?: unknown } | null)?.$ref;
      // What is nothing but a reference has a name already.
      if (typeof ref === 'string' && Object.keys(schema as object).length === 1) {
        const found = named(ref);
        if (found !== undefined && 'reference' in found.start) return found.start.reference;
      }
      const name = names(wish);
      define(name, schema);
      return name;
    },
    all,
    built: (name) => {
      const schema = values.get(name);
      if (schema === undefined) throw new Error(`the schema ${name} was not translated`);
      return schema;
    },
  };
}

/** Names for TypeScript, each once. */
function createNames(): (wish: string) => string {
  // What the file imports, and what TypeScript would take for something else.
  const used = new Set(['z', 'Object', 'Array', 'String', 'Number', 'Boolean', 'Date', 'RegExp', 'Error']);
  return (wish) => {
    const words = decoded(wish)
      .normalize('NFKD')
      .split(/[^A-Za-z0-9]+/)
      .filter((word) => word !== '')
      .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
    const joined = words.join('') || 'Schema';
    const base = /^\d/.test(joined) ? `Schema${joined}` : joined;
    let name = base;
    for (let number = 2; used.has(name); number += 1) name = `${base}${number}`;
    used.add(name);
    return name;
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The file that holds the schemas, as TypeScript. */
export function schemasSource(schemas: readonly NamedSchema[], from: string): string {
  const parts = schemas.map(({ name, expression, open, recursive }) =>
    [
      ...(open.length === 0 ? [] : comment(`Left open: ${open.join('; ')}.`)),
      `export const ${name}${recursive ? ': z.ZodType' : ''} = ${printed(expression)};`,
    ].join('\n'),
  );
  return [
    `import { z } from 'zod';`,
    '',
    ...comment(`Schemas of answers, from ${from}. Fields that a schema does not name may be there.`),
    '',
    parts.join('\n\n'),
    '',
  ].join('\n');
}
