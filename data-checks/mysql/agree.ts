import type { ColumnPolicy } from '../../contract/plan/table-mapping.ts';
import type { Column } from '../postgres/catalog.ts';
import { policyText } from '../postgres/rows/policy.ts';
import { decimalOf } from './decimal-value.ts';
import { jsonDocument } from './json-document.ts';
import type { MysqlColumn } from './catalog.ts';

/** Bytes or text in the agreed form; both hash alike. */
export type Value = Buffer | string;

/** How one column is read on both sides, and the form in which its values are compared. */
export interface Agreement {
  /** SQL around the column; default: the column itself, or its text. */
  readonly oldSql?: (column: string) => string;
  readonly newSql?: (column: string) => string;
  /** Makes the agreed form out of what each server wrote. */
  readonly old: (bytes: Buffer) => Value;
  readonly new: (text: string) => Value;
  /** What this way of comparing gives up or takes for granted, for the verdict. */
  readonly notes: readonly string[];
  /** What the agreed form is: the policies that have a meaning for it. None: only `nullIs` has. */
  readonly kind?: 'number' | 'moment' | 'text' | 'json';
}

const INTEGERS = ['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'year'];
const TEXTS = ['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'enum', 'set', 'json'];
const BYTES = ['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob'];
const MOMENTS = ['datetime', 'timestamp'];
const NEW_INTEGERS = ['int2', 'int4', 'int8'];
const NEW_TEXTS = ['text', 'varchar', 'bpchar', 'name'];

const asText = (bytes: Buffer): string => bytes.toString();
/** What can't be brought into the form stays as it is, marked, and equals nothing but itself. */
const orAsIs =
  (form: (text: string) => string | undefined) =>
  (text: string): string =>
    form(text) ?? `not of this form: ${text}`;

/**
 * Finds the form in which a column of MariaDB and one of PostgreSQL can be compared without giving anything up. Undefined:
 * nobody can say when two of their values are the same.
 */
export function agree(old: MysqlColumn, next: Column): Agreement | undefined {
  const type = next.sort === 'e' ? 'enum' : next.builtIn;
  if (type === undefined)
    return old.text && /^(citext|.*\.citext)$/.test(next.shown) ? plainText() : undefined;
  const types = `${old.shown} / ${next.shown}`;
  if (INTEGERS.includes(old.type) || old.type === 'decimal') return numbers(old, type, types);
  if (old.type === 'float' || old.type === 'double') return floats(old, type);
  if (MOMENTS.includes(old.type)) return moments(old, type, types);
  if (old.type === 'date') return type === 'date' ? same((text) => text, []) : undefined;
  if (old.type === 'time') return times(type);
  if (old.type === 'bit') return bits(old, type, types);
  if (old.type === 'uuid') return type === 'uuid' ? uuids(asText, []) : undefined;
  if (BYTES.includes(old.type)) return bytes(old, type, types);
  if (TEXTS.includes(old.type)) return texts(old, type, types);
  return undefined;
}

function same(form: (text: string) => string, notes: readonly string[]): Agreement {
  return { old: (bytes) => form(asText(bytes)), new: form, notes };
}

/** Bytes of UTF-8 on both sides; a padded `char` comes without its blanks from either server. */
function plainText(notes: readonly string[] = []): Agreement {
  return { old: (bytes) => bytes, new: (text) => text, notes, kind: 'text' };
}

function numbers(old: MysqlColumn, type: string, types: string): Agreement | undefined {
  if (type === 'bool' && old.type === 'tinyint') {
    const truth = (text: string): string => (text === '0' ? 'f' : text === '1' ? 't' : text);
    return {
      old: (bytes) => truth(asText(bytes)),
      new: truthOf,
      notes: [`0 and 1 are false and true (${types})`],
    };
  }
  if (type !== 'numeric' && !NEW_INTEGERS.includes(type)) return undefined;
  // Numbers with a fixed scale differ in their value only, never in how many zeros are written.
  return { ...same(orAsIs(decimalOf), []), kind: 'number' };
}

function truthOf(text: string): string {
  return text === 'true' ? 't' : text === 'false' ? 'f' : text;
}

function floats(old: MysqlColumn, type: string): Agreement | undefined {
  if (type !== 'float4' && type !== 'float8') return undefined;
  const number = (text: string): string => {
    const value = Number(text);
    return Number.isNaN(value) ? text : String(value === 0 ? 0 : value);
  };
  return {
    ...same(number, []),
    kind: 'number',
    // The server writes a float with six digits only, a double with all that it has.
    ...(old.type === 'float' ? { oldSql: (column: string) => `(${column} + 0e0)` } : {}),
    newSql: (column) => `((${column})::float8)::text`,
  };
}

function moments(old: MysqlColumn, type: string, types: string): Agreement | undefined {
  if (type !== 'timestamp' && type !== 'timestamptz') return undefined;
  const absolute = old.type === 'timestamp';
  const notes =
    absolute === (type === 'timestamptz')
      ? []
      : [`moments with and without time zone compared in UTC (${types})`];
  // Both sessions run in UTC.
  return { ...same((text) => withoutZeros(text.replace(/\+00$/, '')), notes), kind: 'moment' };
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function times(type: string): Agreement | undefined {
  if (type === 'time') return { ...same(withoutZeros, []), kind: 'moment' };
  if (type !== 'interval') return undefined;
  const seconds = (text: string): string | undefined => {
    const match = /^(-?)(\d+):(\d\d):(\d\d)(\.\d+)?$/.exec(text);
    if (match === null) return undefined;
    const [, sign = '', hours, minutes, rest, fraction = ''] = match;
    return decimalOf(`${sign}${Number(hours) * 3600 + Number(minutes) * 60 + Number(rest)}${fraction}`);
  };
  return {
    old: (bytes) => orAsIs(seconds)(asText(bytes)),
    new: orAsIs(decimalOf),
    newSql: (column) => `(extract(epoch from ${column})::numeric)::text`,
    notes: ['times and intervals compared in seconds'],
    kind: 'moment',
  };
}

function bits(old: MysqlColumn, type: string, types: string): Agreement | undefined {
  const number = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex') || '0'}`);
  if (type === 'bit' || type === 'varbit') {
    return {
      old: (bytes) => number(bytes).toString(2).padStart(old.precision, '0'),
      new: (text) => text,
      notes: [],
    };
  }
  if (type === 'bool' && old.precision === 1) {
    return {
      old: (bytes) => (number(bytes) === 1n ? 't' : 'f'),
      new: truthOf,
      notes: [`0 and 1 are false and true (${types})`],
    };
  }
  if (type !== 'numeric' && !NEW_INTEGERS.includes(type)) return undefined;
  return {
    old: (bytes) => number(bytes).toString(),
    new: orAsIs(decimalOf),
    notes: [`bits as a number (${types})`],
    kind: 'number',
  };
}

function bytes(old: MysqlColumn, type: string, types: string): Agreement | undefined {
  const hex = (value: Buffer): string => value.toString('hex');
  if (type === 'uuid' && old.shown === 'binary(16)')
    return uuids(hex, [`16 bytes are a UUID, in their order (${types})`]);
  if (type !== 'bytea') return undefined;
  return { old: hex, new: (text) => text, newSql: (column) => `encode(${column}, 'hex')`, notes: [] };
}

function uuids(read: (bytes: Buffer) => string, notes: readonly string[]): Agreement {
  const form = orAsIs((text) => {
    const digits = text.toLowerCase().replaceAll('-', '');
    return /^[0-9a-f]{32}$/.test(digits) ? digits : undefined;
  });
  return { old: (value) => form(read(value)), new: form, notes };
}

function texts(old: MysqlColumn, type: string, types: string): Agreement | undefined {
  if (type === 'json' || type === 'jsonb') {
    return { ...same(orAsIs(jsonDocument), [`JSON as a document (${types})`]), kind: 'json' };
  }
  if (type === 'uuid') return uuids(asText, [`letters and dashes of a UUID have no meaning (${types})`]);
  if (type === '_text' || type === '_varchar') {
    if (old.type !== 'set') return undefined;
    const sorted = (names: readonly string[]): string => JSON.stringify([...names].sort());
    return {
      old: (value) => sorted(value.length === 0 ? [] : asText(value).split(',')),
      new: (text) => sorted(JSON.parse(text) as string[]),
      newSql: (column) => `(to_json(${column}))::text`,
      notes: [`a set has no order (${types})`],
    };
  }
  return NEW_TEXTS.includes(type) || type === 'enum' ? plainText() : undefined;
}

/**
 * The agreement with what the policy gives up; undefined where the policy can't be carried out here. One that is meant for
 * another type is never carried out: cutting off what looks like a fraction would make prices equal.
 */
export function withPolicy(agreement: Agreement, policy: ColumnPolicy | undefined): Agreement | undefined {
  if (policy === undefined) return agreement;
  const { moments: cut, scale, trim, letterCase, json } = policy;
  const meant: readonly (readonly [boolean, Agreement['kind']])[] = [
    [cut !== undefined, 'moment'],
    [scale !== undefined, 'number'],
    [trim !== undefined || letterCase !== undefined, 'text'],
    [json !== undefined, 'json'],
  ];
  if (meant.some(([asked, kind]) => asked && kind !== agreement.kind)) return undefined;
  if (cut?.by === 'round' || typeof scale === 'number') return undefined;
  const apply = (value: Value): Value => {
    if (cut === undefined && trim === undefined && letterCase === undefined) return value;
    let text = typeof value === 'string' ? value : value.toString();
    if (cut !== undefined)
      text = withoutZeros(
        cut.to === 'second' ? text.replace(/\.\d+/, '') : text.replace(/(\.\d{3})\d+/, '$1'),
      );
    if (trim !== undefined) text = text.replace(/ +$/, '');
    if (trim === 'both') text = text.replace(/^ +/, '');
    if (letterCase === 'ignore') text = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    return text;
  };
  return {
    ...agreement,
    old: (value) => apply(agreement.old(value)),
    new: (text) => apply(agreement.new(text)),
    notes: [...agreement.notes, ...policyText(policy)],
  };
}
