import { z } from 'zod';
import { CheckId } from '../../contract/plan/check-id.ts';
import { Headers } from '../../contract/plan/headers.ts';
import { SecretRef, SecretString } from '../../contract/plan/secret.ts';
import { WebAddress } from '../../contract/plan/web-address.ts';
import { Phase } from '../../contract/evidence/outcome.ts';

/** A schema without what says only whether it must be there. */
export interface Unwrapped {
  readonly schema: z.core.$ZodType;
  readonly optional: boolean;
  /** As JSON; undefined where there is none. */
  readonly byDefault: string | undefined;
}

/** Takes off `optional`, `default`, `prefault` and transformations, down to what a user writes. */
export function unwrap(wrapped: z.core.$ZodType): Unwrapped {
  let schema = wrapped;
  let optional = false;
  let byDefault: string | undefined;
  for (;;) {
    const def = (schema as z.core.$ZodTypes)._zod.def;
    switch (def.type) {
      case 'default':
      case 'prefault':
        byDefault ??= JSON.stringify(def.defaultValue);
        schema = def.innerType;
        break;
      case 'optional':
        optional = true;
        schema = def.innerType;
        break;
      case 'nullable':
      case 'readonly':
        schema = def.innerType;
        break;
      case 'pipe': {
        const first = (def.in as z.core.$ZodTypes)._zod.def;
        schema = first.type === 'transform' ? def.out : def.in;
        break;
      }
      default:
        return { schema, optional: optional || byDefault !== undefined, byDefault };
    }
  }
}

/** More than these would hide the rest of a table. */
const MOST_WORDS = 12;

/** What has a name of its own in the reference; docs/plan/README.md says what each means. */
const NAMED = new Map<z.core.$ZodType, string>([
  [CheckId, 'check id'],
  [Phase, 'phase'],
  [SecretString, "text, or `secret('NAME')`"],
  [SecretRef, "`secret('NAME')`"],
  [unwrap(WebAddress).schema, 'address'],
  [Headers, "headers: name → text, or `secret('NAME')`"],
]);

/** Whether the words say it all: what is inside is told once, and not at every key. */
export function isNamed(wrapped: z.core.$ZodType): boolean {
  return NAMED.has(unwrap(wrapped).schema);
}

/** What may be written there, in words. */
export function wordsFor(wrapped: z.core.$ZodType): string {
  const { schema } = unwrap(wrapped);
  const named = NAMED.get(schema);
  if (named !== undefined) return named;
  const def = (schema as z.core.$ZodTypes)._zod.def;
  switch (def.type) {
    case 'string':
      return textWords(schema);
    case 'number':
      return numberWords(schema);
    case 'boolean':
      return '`true` or `false`';
    case 'null':
      return '`null`';
    case 'literal':
      return def.values.map((value) => code(value)).join(', ');
    case 'enum':
      return Object.values(def.entries).length > MOST_WORDS
        ? `one of ${Object.values(def.entries).length} words`
        : `one of ${Object.values(def.entries).map(code).join(', ')}`;
    case 'array':
      return `list of ${wordsFor(def.element)}${entriesWords(schema)}`;
    case 'record':
      return `object: name → ${wordsFor(def.valueType)}`;
    case 'union':
      return [...new Set(def.options.map((option) => wordsFor(option)))].join('; or ');
    case 'object':
      return 'object';
    case 'custom':
      // Code of the user's: its check says what it must be.
      return messageOf(schema, Symbol('wrong')).replace(/^must be /, '');
    default:
      return 'anything';
  }
}

/** The values that a key of a union is told apart by. */
export function literalsOf(wrapped: z.core.$ZodType): readonly unknown[] | undefined {
  const def = (unwrap(wrapped).schema as z.core.$ZodTypes)._zod.def;
  if (def.type === 'literal') return def.values;
  if (def.type === 'enum') return Object.values(def.entries);
  return undefined;
}

/** What a check of the schema's own says about a wrong value, such as "must be a host name"; shown beside the type. */
export function complaintOf(wrapped: z.core.$ZodType): string | undefined {
  const { schema } = unwrap(wrapped);
  const def = (schema as z.core.$ZodTypes)._zod.def;
  if (def.type === 'array') return complaintOf(def.element);
  if (def.type !== 'string' || isNamed(schema)) return undefined;
  const message = messageOf(schema, '\u0001');
  return /^(must|is|needs) /.test(message) ? message : undefined;
}

function messageOf(schema: z.core.$ZodType, wrong: unknown): string {
  return z.safeParse(schema, wrong).error?.issues[0]?.message ?? '';
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? `'${value}'` : String(value)}\``;
}

/** Limits of one value, as JSON Schema has them. */
interface Limits {
  readonly type?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

function jsonOf(schema: z.core.$ZodType): Limits {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Limits;
}

function textWords(schema: z.core.$ZodType): string {
  const { format, minLength, maxLength } = jsonOf(schema);
  const formats: Readonly<Record<string, string>> = {
    uri: 'address',
    date: 'date `YYYY-MM-DD`',
    'date-time': 'moment such as `2026-11-20T02:00:00Z`',
  };
  // That a text must not be empty goes without saying.
  const least = minLength !== undefined && minLength > 1 ? minLength : undefined;
  return `${formats[format ?? ''] ?? 'text'}${within('characters', least, maxLength)}`;
}

/** What zod sets by itself where nobody set a limit. */
const ENDLESS = Number.MAX_SAFE_INTEGER;

function numberWords(schema: z.core.$ZodType): string {
  const { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = jsonOf(schema);
  const said = [
    ...(minimum !== undefined && minimum > -ENDLESS ? [`at least ${minimum}`] : []),
    ...(exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`]),
    ...(maximum !== undefined && maximum < ENDLESS ? [`at most ${maximum}`] : []),
    ...(exclusiveMaximum === undefined ? [] : [`below ${exclusiveMaximum}`]),
  ];
  return [type === 'integer' ? 'whole number' : 'number', ...said].join(', ');
}

function entriesWords(schema: z.core.$ZodType): string {
  const { minItems, maxItems } = jsonOf(schema);
  return minItems === 1 && maxItems === undefined ? ', at least one' : within('entries', minItems, maxItems);
}

function within(what: string, least: number | undefined, most: number | undefined): string {
  const said = [
    ...(least === undefined ? [] : [`at least ${least}`]),
    ...(most === undefined ? [] : [`at most ${most}`]),
  ];
  return said.length === 0 ? '' : `, ${said.join(', ')} ${what}`;
}
