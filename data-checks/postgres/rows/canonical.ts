import type { ColumnPolicy } from '../../../contract/plan/table-mapping.ts';
import type { Column } from '../catalog.ts';
import { quoteLiteral } from '../names.ts';
import { policyText } from './policy.ts';

/** The forms in which values are hashed. Both sides of a column always use the same one. */
export type Form =
  | 'int4'
  | 'int8'
  | 'bool'
  | 'float8'
  | 'numeric'
  | 'timestamp'
  | 'timestamptz'
  | 'uuid'
  | 'bytea'
  | 'bpchar'
  | 'text';

/** One column of both sides in its agreed form. */
export interface Agreement {
  readonly form: Form;
  /** Makes the agreed form out of the side's own expression. */
  readonly old: (value: string) => string;
  readonly new: (value: string) => string;
  /** Whether the form is NULL exactly where the value is, so that asking the value, which is cheaper, will do. */
  readonly keepsNull: boolean;
  /** What this way of comparing gives up or takes for granted, for the verdict. */
  readonly notes: readonly string[];
}

type Shape = Pick<Column, 'builtIn' | 'sort' | 'modifier' | 'shown'>;

const INTEGERS = ['int2', 'int4', 'int8'];
const FLOATS = ['float4', 'float8'];
const TEXTS = ['text', 'varchar', 'bpchar', 'name'];
const MOMENTS = ['timestamp', 'timestamptz'];
const as =
  (type: string) =>
  (value: string): string =>
    `(${value})::${type}`;

/**
 * Finds the form in which the values of a column can be compared on both sides without giving anything up, or with
 * what the policy gives up. Values without a common form are compared as text: that can call equal values different,
 * never different values equal.
 */
export function agree(old: Shape, next: Shape, policy: ColumnPolicy = {}): Agreement {
  const kept = Object.keys(policy).length === 0;
  const plain = kept ? exact(old, next) : withPolicy(old, next, policy);
  return {
    ...plain,
    // `row(null, null) is null` is true although it is not NULL; its text is not.
    keepsNull: kept && old.sort !== 'c' && next.sort !== 'c',
    notes: [...plain.notes, ...policyText(policy)],
  };
}

type Cast = Omit<Agreement, 'keepsNull'>;

function same(form: Form, cast: (value: string) => string, notes: readonly string[] = []): Cast {
  return { form, old: cast, new: cast, notes };
}

function exact(old: Shape, next: Shape): Cast {
  const [a, b] = [old.builtIn, next.builtIn];
  const both = (names: readonly string[]): boolean =>
    a !== undefined && b !== undefined && names.includes(a) && names.includes(b);
  const types = old.shown === next.shown ? '' : `${old.shown} / ${next.shown}`;
  if (both(INTEGERS))
    return a === 'int8' || b === 'int8' ? same('int8', as('int8')) : same('int4', as('int4'));
  if (both(['oid'])) return same('int8', as('int8'));
  if (both(['bool'])) return same('bool', as('bool'));
  if (both(FLOATS)) return same('float8', as('float8'));
  if (both(['uuid'])) return same('uuid', as('uuid'));
  if (both(['bytea'])) return same('bytea', as('bytea'));
  if (both(['numeric']) && old.modifier === next.modifier) {
    // A declared scale is every value's scale. Without one, 1.0 is not 1.00, which only the text tells.
    return old.modifier === -1 ? same('text', as('text')) : same('numeric', as('numeric'));
  }
  if (both(['numeric', ...INTEGERS])) {
    return same('text', (value) => `trim_scale((${value})::numeric)::text`, [`scale ignored (${types})`]);
  }
  if (both(MOMENTS)) {
    if (a === b) return same(a === 'timestamp' ? 'timestamp' : 'timestamptz', as(a ?? ''));
    // The sessions run in UTC, so this cast reads the wall clock of UTC.
    return same('timestamp', as('timestamp'), [
      `moments with and without time zone compared in UTC (${types})`,
    ]);
  }
  if (both(['json', 'jsonb']) && a !== b) {
    return same('text', (value) => `(${value})::jsonb::text`, [`JSON as a document (${types})`]);
  }
  if (both(['bpchar'])) return same('bpchar', as('bpchar'));
  if (both(TEXTS)) return same('text', as('text'));
  return same(
    'text',
    as('text'),
    types === '' || old.shown === next.shown ? [] : [`compared as text (${types})`],
  );
}

function withPolicy(old: Shape, next: Shape, policy: ColumnPolicy): Cast {
  const plain = exact(old, next);
  if (policy.moments !== undefined && ['timestamp', 'timestamptz'].includes(plain.form)) {
    const digits = policy.moments.to === 'second' ? 0 : 3;
    const { by, to } = policy.moments;
    // date_trunc(timestamptz) depends on the session's time zone, which is UTC in ours.
    const cut = (value: string): string =>
      by === 'round' ? `(${value})::timestamp(${digits})` : `date_trunc('${to}', (${value})::timestamp)`;
    return { ...plain, form: 'timestamp', old: cut, new: cut };
  }
  const { scale } = policy;
  if (scale !== undefined) {
    const number = (value: string): string =>
      scale === 'any' ? `trim_scale(${value})::text` : `trim_scale(round(${value}, ${scale}))::text`;
    const side =
      (shape: Shape) =>
      (value: string): string =>
        // A cast from float to numeric keeps 15 digits only; its text keeps the value.
        number(FLOATS.includes(shape.builtIn ?? '') ? `(${value})::text::numeric` : `(${value})::numeric`);
    return { form: 'text', old: side(old), new: side(next), notes: [] };
  }
  const toText =
    (shape: Shape) =>
    (value: string): string => {
      let text = policy.json === 'document' ? `(${value})::text::jsonb::text` : plainText(shape, value);
      if (policy.trim === 'end') text = `rtrim(${text}, ' ')`;
      if (policy.trim === 'both') text = `btrim(${text}, ' ')`;
      if (policy.letterCase === 'ignore') text = `lower((${text}) collate "C")`;
      return policy.nullIs === undefined ? text : `coalesce(${text}, ${quoteLiteral(policy.nullIs)})`;
    };
  return { form: 'text', old: toText(old), new: toText(next), notes: plain.notes };
}

function plainText(shape: Shape, value: string): string {
  return FLOATS.includes(shape.builtIn ?? '') ? `(${value})::float8::text` : `(${value})::text`;
}

/** The text of a value in its agreed form, for keys and for showing differences. NULL stays NULL. */
export function textOf(form: Form, value: string): string {
  return form === 'bytea' ? `encode(${value}, 'hex')` : `(${value})::text`;
}
