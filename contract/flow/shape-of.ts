import { SYNTHETIC_PREFIX } from '../plan/unique.ts';

const MOST_KEYS = 12;
const DEEPEST = 3;

/** One short lower-case word, such as `paid` or `card_declined`. */
const TOKEN = /^[a-z][a-z_-]{0,19}$/;
/** So short that it is an amount or a count, and no telephone number. */
const SMALL_NUMBER = /^-?\d{1,7}(?:\.\d{1,7})?$/;
/** What `ctx.unique()` makes, with the domain of a mail address or without: data of ours. */
const OURS = new RegExp(`^${SYNTHETIC_PREFIX}-[a-z0-9-]+-\\d+(?:@[a-z0-9.-]+)?$`);
/** A key that names a field. Keys that are data, such as the addresses of a map, are counted only. */
const FIELD = /^[A-Za-z_$](?:[\w$-]{0,39})$/;

/** Whether a text says nothing about a person: a short word, a small number, or what this run made itself. */
export function isHarmlessText(text: string): boolean {
  return TOKEN.test(text) || SMALL_NUMBER.test(text) || OURS.test(text);
}

/**
 * What a value of a target looks like, without what it says: it may be about a customer. Numbers, `true`, `false`, null
 * and harmless texts stay; another text becomes its length, and objects and lists are described as JSON would have them.
 * Pure, and portable.
 * @example shapeOf('a@b.example') is 'a text of 11 characters'; shapeOf({ id: 7, email: 'a@b.example' }) is
 * '{"id":7,"email":a text of 11 characters}'
 */
export function shapeOf(value: unknown): string | number | boolean | null {
  if (value === undefined) return 'nothing';
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return isHarmlessText(value) ? value : textOfLength(value.length);
  return nested(value, 0);
}

/** The shape of a text that must not be shown. */
export function textOfLength(characters: number): string {
  if (characters === 0) return 'an empty text';
  return `a text of ${characters} character${characters === 1 ? '' : 's'}`;
}

/** The key of an object where it names a field; what it looks like where it is data. */
export function shownKey(key: string): string {
  return isField(key) ? key : `[${textOfLength(key.length)}]`;
}

function isField(key: string): boolean {
  return /^\d{1,7}$/.test(key) || (FIELD.test(key) && (key.match(/\d/g)?.length ?? 0) <= 3);
}

function nested(value: unknown, depth: number): string {
  if (typeof value === 'string')
    return isHarmlessText(value) ? JSON.stringify(value) : textOfLength(value.length);
  if (typeof value === 'number' || typeof value === 'bigint') {
    return SMALL_NUMBER.test(String(value)) ? String(value) : 'a long number';
  }
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    if (depth >= DEEPEST) return `a list of ${value.length}`;
    const first = nested(value[0], depth + 1);
    return value.length === 1 ? `[${first}]` : `[${first}, and ${value.length - 1} more]`;
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return '{}';
  if (depth >= DEEPEST) return `an object with ${keys(entries.length)}`;
  const shown = entries.filter(([key]) => isField(key)).slice(0, MOST_KEYS);
  const parts = shown.map(([key, member]) => `${JSON.stringify(key)}:${nested(member, depth + 1)}`);
  const more = entries.length - shown.length;
  return `{${[...parts, ...(more > 0 ? [`and ${more} more`] : [])].join(',')}}`;
}

function keys(count: number): string {
  return `${count} key${count === 1 ? '' : 's'}`;
}
