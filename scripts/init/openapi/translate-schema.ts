import { list, type Loose, object } from '../../../contract/flow/loose.ts';
import { call, chained, type Expression, type Members } from './zod-expression.ts';

/** What a translation needs of the document around it. */
export interface Surroundings {
  /** The named schema that `$ref` leads to, translated; undefined where it leads out of the document or nowhere. */
  readonly named: (ref: string) => Expression | undefined;
  /** Told of everything that the translation leaves open: what it accepts, and the document does not. */
  readonly open: (what: string) => void;
  /** In OpenAPI 3.0 and 2.0 nothing beside `$ref` counts. */
  readonly refsStandAlone: boolean;
}

/** Deeper ones are left open. */
const DEEPEST = 40;

/** Keywords that say something about values, and that are not translated. */
const OPEN: readonly string[] = [
  'not',
  'if',
  'dependentSchemas',
  'dependentRequired',
  'patternProperties',
  'propertyNames',
  'minProperties',
  'maxProperties',
  'unevaluatedProperties',
  'unevaluatedItems',
  'contains',
  'prefixItems',
  'uniqueItems',
  '$dynamicRef',
];

/** Translates a schema of an OpenAPI document. It accepts all that the schema accepts, and more where it says so. */
export function translateSchema(schema: unknown, around: Surroundings, depth = 0): Expression {
  if (schema === false) return call('never');
  if (typeof schema !== 'object' || schema === null) return call('unknown');
  const given = schema as Loose;
  if (depth > DEEPEST) {
    around.open(`what lies deeper than ${DEEPEST} schemas`);
    return call('unknown');
  }
  for (const keyword of OPEN) {
    if (given[keyword] !== undefined && given[keyword] !== false) around.open(keyword);
  }
  const inner = (one: unknown): Expression => translateSchema(one, around, depth + 1);
  const parts: Expression[] = [];
  const { $ref } = given;
  if (typeof $ref === 'string') {
    const named = around.named($ref);
    if (named === undefined) around.open(`${$ref}, which is not in this document`);
    else parts.push(named);
    if (around.refsStandAlone) return named ?? call('unknown');
  }
  parts.push(...list(given['allOf']).map(inner));
  for (const keyword of ['oneOf', 'anyOf']) {
    const choices = list(given[keyword]);
    if (choices.length > 0) parts.push(oneOfThem(choices, inner));
  }
  const own = ownPart(given, around, inner);
  if (own !== undefined) parts.push(own);
  const kept = parts.filter((part) => !isUnknown(part));
  const [first, ...others] = kept;
  if (first === undefined) return call('unknown');
  const all = others.reduce((sum, part) => chained(sum, 'and', part), first);
  return given['nullable'] === true ? nullable(all) : all;
}

function oneOfThem(choices: readonly unknown[], inner: (one: unknown) => Expression): Expression {
  const values = choices.filter((choice) => !isNullType(choice)).map(inner);
  const [first] = values;
  // A choice that takes anything makes the others meaningless.
  if (first === undefined || values.some(isUnknown))
    return first === undefined ? call('null') : call('unknown');
  const all = values.length === 1 ? first : call('union', values);
  return values.length < choices.length ? nullable(all) : all;
}

function isNullType(schema: unknown): boolean {
  return object(schema)['type'] === 'null';
}

/** Keywords that mean something for values of one type only, and say nothing where the type is not named. */
const NEED_A_TYPE: readonly string[] = [
  'required',
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
];

/** What a schema says itself, apart from what it refers to and combines. */
function ownPart(
  schema: Loose,
  around: Surroundings,
  inner: (one: unknown) => Expression,
): Expression | undefined {
  const types = typesOf(schema);
  const mayBeNull = types.includes('null');
  const given = types.filter((type) => type !== 'null');
  const values = 'const' in schema ? [schema['const']] : list(schema['enum']);
  if (values.length > 0) return literals(values, around, mayBeNull);
  if (types.length === 0) {
    for (const keyword of NEED_A_TYPE)
      if (schema[keyword] !== undefined) around.open(`${keyword} without a type`);
    return undefined;
  }
  const parts = given.map((type) => ofType(type, schema, around, inner));
  const [first] = parts;
  if (first === undefined) return call('null');
  const all = parts.length === 1 ? first : parts.some(isUnknown) ? call('unknown') : call('union', parts);
  return mayBeNull ? nullable(all) : all;
}

function typesOf(schema: Loose): readonly string[] {
  const { type } = schema;
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) return type.filter((one): one is string => typeof one === 'string');
  // Many documents leave the type out where it is plain.
  if (schema['properties'] !== undefined || schema['additionalProperties'] !== undefined) return ['object'];
  return schema['items'] === undefined ? [] : ['array'];
}

function literals(values: readonly unknown[], around: Surroundings, mayBeNull: boolean): Expression {
  const plain = values.filter(
    (value): value is string | number | boolean | null => typeof value !== 'object' || value === null,
  );
  if (plain.length < values.length) {
    around.open('values of enum or const that are objects');
    return call('unknown');
  }
  const others = plain.filter((value) => value !== null);
  const hasNull = others.length < plain.length || mayBeNull;
  if (others.length === 0) return call('null');
  const all = others.every((value) => typeof value === 'string')
    ? call('enum', [...new Set(others)])
    : call('literal', [...new Set(others)]);
  return hasNull ? nullable(all) : all;
}

function ofType(
  type: string,
  schema: Loose,
  around: Surroundings,
  inner: (one: unknown) => Expression,
): Expression {
  switch (type) {
    case 'string':
      return text(schema, around);
    case 'integer':
    case 'number':
      return number(type, schema);
    case 'boolean':
      return call('boolean');
    case 'array':
      // Beside `prefixItems`, `items` is about the entries after those.
      return sized(
        call('array', inner(schema['prefixItems'] === undefined ? schema['items'] : undefined)),
        schema,
        'minItems',
        'maxItems',
      );
    case 'object':
      return fields(schema, around, inner);
    default:
      around.open(`the type ${type}`);
      return call('unknown');
  }
}

/** Formats that zod knows, in forms that refuse nothing that the format allows. */
const FORMATS: Readonly<Record<string, Expression>> = {
  'date-time': call('iso.datetime', { options: { offset: true } }),
  date: call('iso.date'),
  // `z.email()` refuses addresses that there are.
  email: chained(call('string'), 'includes', '@'),
  // `z.uuid()` refuses identifiers of versions that nobody has defined; servers use them.
  uuid: call('guid'),
  uri: call('url'),
  ipv4: call('ipv4'),
  ipv6: call('ipv6'),
};

/** Formats that say how a text is to be shown or kept, and nothing about which texts there are. */
const SAYS_NOTHING: readonly string[] = ['password', 'binary', 'byte', 'string', 'textarea', 'html', 'text'];

function text(schema: Loose, around: Surroundings): Expression {
  const { format, pattern, minLength, maxLength } = schema;
  let expression = call('string');
  if (typeof format === 'string' && Object.hasOwn(FORMATS, format)) {
    expression = FORMATS[format] ?? expression;
  } else if (typeof format === 'string' && !SAYS_NOTHING.includes(format)) around.open(`format ${format}`);
  if (typeof minLength === 'number' && minLength > 0) expression = chained(expression, 'min', minLength);
  // Documents count characters, zod counts UTF-16 units: a text of the greatest length may have more of those.
  if (typeof maxLength === 'number') around.open('maxLength');
  if (typeof pattern !== 'string') return expression;
  const regex = regexOf(pattern);
  if (regex !== undefined) return chained(expression, 'regex', regex);
  around.open(`the pattern ${pattern}`);
  return expression;
}

/** Patterns of other languages are found in documents: `\A` or `[[:alpha:]]` would mean something else here. */
const FOREIGN = /\\[^dDwWsSbBnrtfv0-9\W]|\[:|\(\?[^:=!<]/;

function regexOf(pattern: string): RegExp | undefined {
  // As documents are meant to be read: by characters, and strictly.
  for (const flags of ['u', '']) {
    if (flags === '' && FOREIGN.test(pattern)) return undefined;
    try {
      return new RegExp(pattern, flags);
    } catch {
      // Then the next way, or none.
      continue;
    }
  }
  return undefined;
}

function number(type: 'integer' | 'number', schema: Loose): Expression {
  const { format, minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  // `z.int()` refuses integers beyond 2^53, which identifiers may be.
  let expression =
    type === 'number'
      ? call('number')
      : format === 'int32'
        ? call('int')
        : chained(call('number'), 'multipleOf', 1);
  if (typeof exclusiveMinimum === 'number') expression = chained(expression, 'gt', exclusiveMinimum);
  if (typeof minimum === 'number')
    expression = chained(expression, exclusiveMinimum === true ? 'gt' : 'min', minimum);
  if (typeof exclusiveMaximum === 'number') expression = chained(expression, 'lt', exclusiveMaximum);
  if (typeof maximum === 'number')
    expression = chained(expression, exclusiveMaximum === true ? 'lt' : 'max', maximum);
  return typeof multipleOf === 'number' && multipleOf > 0
    ? chained(expression, 'multipleOf', multipleOf)
    : expression;
}

function fields(schema: Loose, around: Surroundings, inner: (one: unknown) => Expression): Expression {
  const { additionalProperties } = schema;
  const properties = object(schema['properties']);
  const required = list(schema['required']);
  const members: Record<string, Expression> = {};
  for (const [name, property] of Object.entries(properties)) {
    // Of what is only ever sent, no answer has anything.
    if (object(property)['writeOnly'] === true) continue;
    // An object literal would take it for the prototype.
    if (name === '__proto__') {
      around.open('the property __proto__');
      continue;
    }
    const member = inner(property);
    members[name] = required.includes(name) ? member : chained(member, 'optional');
  }
  const isWritten = (name: unknown): boolean => typeof name === 'string' && Object.hasOwn(properties, name);
  if (required.some((name) => !isWritten(name))) around.open('required properties that are not described');
  if (additionalProperties === false) around.open('fields beside those that are named');
  // It is not about names that a pattern takes.
  const rest =
    schema['patternProperties'] === undefined &&
    typeof additionalProperties === 'object' &&
    additionalProperties !== null
      ? inner(additionalProperties)
      : undefined;
  if (Object.keys(members).length === 0) return call('record', call('string'), rest ?? call('unknown'));
  const all = call('object', { members: members satisfies Members });
  return rest === undefined || isUnknown(rest) ? all : chained(all, 'catchall', rest);
}

function sized(expression: Expression, schema: Loose, least: string, most: string): Expression {
  const [min, max] = [schema[least], schema[most]];
  const from = typeof min === 'number' && min > 0 ? chained(expression, 'min', min) : expression;
  return typeof max === 'number' ? chained(from, 'max', max) : from;
}

function nullable(expression: Expression): Expression {
  return isUnknown(expression) || expression.chain.at(-1)?.name === 'nullable'
    ? expression
    : chained(expression, 'nullable');
}

/** Whether an expression takes everything. */
export function isUnknown({ start, chain }: Expression): boolean {
  return 'name' in start && start.name === 'unknown' && chain.length === 0;
}
