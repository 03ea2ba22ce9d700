import ts from 'typescript';
import type { z } from 'zod';
import { commentOf, commentOfAlternative } from './comments.ts';
import { complaintOf, isNamed, literalsOf, unwrap, wordsFor } from './schema-words.ts';

/** One key that a user may write. */
export interface Key {
  readonly name: string;
  /** From its comment; empty where it has none. */
  readonly says: string;
  /** What may be written there, in words. */
  readonly type: string;
  /** What the check of its own says about a wrong value. */
  readonly complaint: string | undefined;
  readonly optional: boolean;
  /** As JSON. */
  readonly byDefault: string | undefined;
  /** What is inside: of an object, of the entries of a list or of a record. */
  readonly inside: readonly Alternative[];
  /** Equal for keys that hold the very same. */
  readonly schema: z.core.$ZodType;
  /** `[]` behind a list, `.<name>` behind a record. */
  readonly step: string;
}

/** One form of an object; there are several where a key such as `kind` or `adapter` decides. */
export interface Alternative {
  /** `kind: 'parity'`; empty where nothing decides. */
  readonly when: string;
  readonly says: string;
  readonly keys: readonly Key[];
}

type Objects = Map<z.core.$ZodType, Readonly<Record<string, string>>>;

/** Reads schemas and, from the compiler, the comments beside their keys. */
export class KeyReader {
  readonly #checker: ts.TypeChecker;
  /** What was said about the keys of each object that was met, for JSON Schemas. */
  readonly objects: Objects = new Map();

  constructor(checker: ts.TypeChecker) {
    this.#checker = checker;
  }

  /** The forms of an object, or of what a list or record holds. */
  read(wrapped: z.core.$ZodType, type: ts.Type): readonly Alternative[] {
    return this.#inside(wrapped, type).alternatives;
  }

  #inside(
    wrapped: z.core.$ZodType,
    maybe: ts.Type,
  ): { readonly alternatives: readonly Alternative[]; readonly step: string } {
    const { schema } = unwrap(wrapped);
    if (isNamed(schema)) return { alternatives: [], step: '' };
    const type = this.#checker.getNonNullableType(maybe);
    const def = (schema as z.core.$ZodTypes)._zod.def;
    switch (def.type) {
      case 'object':
        return { alternatives: [this.#formOf(schema as z.core.$ZodObject, type)], step: '' };
      case 'array': {
        const entry = partsOf(type).flatMap(
          (part) => this.#checker.getIndexTypeOfType(part, ts.IndexKind.Number) ?? [],
        )[0];
        if (entry === undefined) return { alternatives: [], step: '' };
        const { alternatives, step } = this.#inside(def.element, entry);
        return { alternatives: alone(alternatives), step: `[]${step}` };
      }
      case 'record': {
        const value = this.#valueOf(type);
        if (value === undefined) return { alternatives: [], step: '' };
        const { alternatives, step } = this.#inside(def.valueType, value);
        return { alternatives: alone(alternatives), step: `.<name>${step}` };
      }
      case 'union': {
        const inner = def.options.map((option) => this.#inside(option, type));
        const step = inner.find(({ alternatives }) => alternatives.length > 0)?.step ?? '';
        const alternatives = inner.flatMap((one) => one.alternatives);
        return { alternatives: alone(alternatives), step };
      }
      default:
        return { alternatives: [], step: '' };
    }
  }

  #valueOf(type: ts.Type): ts.Type | undefined {
    for (const part of partsOf(type)) {
      const value = this.#checker.getIndexTypeOfType(part, ts.IndexKind.String);
      if (value !== undefined) return value;
      const [first] = part.getProperties();
      if (first !== undefined && !(part.flags & ts.TypeFlags.StringLike))
        return this.#checker.getTypeOfSymbol(first);
    }
    return undefined;
  }

  #formOf(schema: z.core.$ZodObject, type: ts.Type): Alternative {
    const { shape } = schema._zod.def;
    const names = Object.keys(shape);
    const part = partsOf(type).find((one) => this.#fits(one, shape));
    if (part === undefined) throw new Error(`no type has exactly the keys ${names.join(', ')}`);
    const symbols = new Map(part.getProperties().map((symbol) => [symbol.name, symbol]));
    const keys = names.map((name) => this.#keyOf(name, symbols.get(name), shape[name]));
    this.objects.set(schema, Object.fromEntries(keys.map(({ name, says }) => [name, says])));
    const decider = keys.find(({ name }) => name === 'kind' || name === 'adapter');
    const values = decider === undefined ? undefined : literalsOf(shape[decider.name] as z.core.$ZodType);
    return {
      when:
        decider === undefined || values === undefined
          ? ''
          : `${decider.name}: ${values.map((value) => `'${String(value)}'`).join(' or ')}`,
      says:
        values === undefined
          ? ''
          : commentOfAlternative(
              names.flatMap((name) => symbols.get(name) ?? []),
              this.#checker,
            ),
      keys,
    };
  }

  #keyOf(name: string, symbol: ts.Symbol | undefined, value: z.core.$ZodType | undefined): Key {
    if (symbol === undefined || value === undefined) throw new Error(`the key ${name} has no type`);
    const type = this.#checker.getTypeOfSymbol(symbol);
    const { optional, byDefault } = unwrap(value);
    const { alternatives, step } = this.#inside(value, type);
    return {
      name,
      says: commentOf(symbol, this.#checker),
      type: wordsFor(value),
      complaint: complaintOf(value),
      optional,
      byDefault,
      inside: alone(alternatives),
      schema: unwrap(value).schema,
      step,
    };
  }

  /** Whether a type is that of this object: the same keys, and the same words where words tell objects apart. */
  #fits(type: ts.Type, shape: z.core.$ZodShape): boolean {
    const properties = type.getProperties();
    if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return false;
    return (
      properties.length === Object.keys(shape).length &&
      properties.every((symbol) => {
        const schema = shape[symbol.name];
        if (schema === undefined) return false;
        const words = literalsOf(schema);
        if (words === undefined || unwrap(schema).optional) return true;
        const own = partsOf(this.#checker.getTypeOfSymbol(symbol)).flatMap((part) =>
          part.isLiteral() ? [part.value] : [],
        );
        return own.length === 0 || own.every((word) => words.includes(word));
      })
    );
  }
}

/** One form alone has nothing to be told apart from. */
function alone(forms: readonly Alternative[]): readonly Alternative[] {
  return forms.length > 1 ? forms : forms.map((form) => ({ ...form, when: '' }));
}

function partsOf(type: ts.Type): readonly ts.Type[] {
  return type.isUnion() ? type.types : [type];
}
