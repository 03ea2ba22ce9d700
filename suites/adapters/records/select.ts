import type { RecordsQuery } from '../../../contract/ports/records.ts';

/** A parameterised statement: names are quoted, values never stand in the text. */
export interface Select {
  readonly text: string;
  readonly values: readonly (string | number | boolean)[];
}

const DEFAULT_LIMIT = 10;
const MOST_ROWS = 1000;

/**
 * Builds the look-up by equality. `schema.table` names a schema; quoting keeps the case of every name as it is.
 * @throws Error for an empty name, or a limit that is not 1 to 1000
 */
export function selectByEquality(
  query: Omit<RecordsQuery, 'side'>,
  dialect: keyof typeof DIALECTS = 'postgres',
): Select {
  const { quote, placeholder, sent } = DIALECTS[dialect];
  const limit = query.limit ?? DEFAULT_LIMIT;
  if (!Number.isInteger(limit) || limit < 1 || limit > MOST_ROWS) {
    throw new Error(`limit is ${limit}; use a whole number from 1 to ${MOST_ROWS}`);
  }
  const values: (string | number | boolean)[] = [];
  const conditions = Object.entries(query.where).map(([column, value]) => {
    if (value === null) return `${quote(column)} is null`;
    // A condition that lost its value would silently match every row.
    if (value === undefined) throw new Error(`where.${column} is undefined; give a value, or null`);
    values.push(sent(value));
    return `${quote(column)} = ${placeholder(values.length)}`;
  });
  const where = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : '';
  const table = query.from.split('.').map(quote).join('.');
  return { text: `select * from ${table}${where} limit ${limit}`, values };
}

type Value = string | number | boolean;

/** How a name, the place of a value and the value are written. MySQL finds `12-old` for the number 12, and not for the text. */
const DIALECTS = {
  postgres: {
    quote: (name: string) => quoted(name, '"'),
    placeholder: (at: number) => `$${at}`,
    sent: (value: Value) => value,
  },
  mysql: {
    quote: (name: string) => quoted(name, '`'),
    placeholder: () => '?',
    sent: (value: Value) => (Number.isInteger(value) ? String(value) : value),
  },
} as const;

/** @throws Error for a name that cannot be quoted */
function quoted(name: string, mark: string): string {
  if (name === '' || name.includes('\0'))
    throw new Error(`${JSON.stringify(name)} is not a table or column name`);
  return `${mark}${name.replaceAll(mark, mark + mark)}${mark}`;
}
