/** Quotes one identifier for PostgreSQL. */
export function quoteIdent(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Quotes one string literal for PostgreSQL (`standard_conforming_strings` is on in our sessions). */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** One part of a table name as it was written: quoted parts are exact, bare ones may be folded. */
export interface NamePart {
  readonly text: string;
  readonly quoted: boolean;
}

/** A table name as a person writes it: `orders`, `shop.orders`, `"Order Line"`, `shop."Order Line"`. */
export interface WrittenName {
  readonly schema: NamePart | undefined;
  readonly table: NamePart;
}

/** Text that is no table name. */
export class NameError extends Error {
  override readonly name = 'NameError';
}

/**
 * Reads a table name as a person writes it.
 * @throws NameError that names the text when it is not one or two parts
 */
export function parseTableName(text: string): WrittenName {
  const parts: NamePart[] = [];
  const pattern = /\s*(?:"((?:[^"]|"")+)"|([^".\s]+))\s*(\.|$)/y;
  let ended = false;
  while (!ended) {
    const match = pattern.exec(text);
    if (!match)
      throw new NameError(
        `"${text}" is not a table name; write table, schema.table, or quote parts: schema."Table"`,
      );
    const [, quoted, bare, separator] = match;
    parts.push(
      quoted === undefined
        ? { text: bare ?? '', quoted: false }
        : { text: quoted.replaceAll('""', '"'), quoted: true },
    );
    ended = separator !== '.';
  }
  const [first, second] = parts;
  if (first === undefined || parts.length > 2) {
    throw new NameError(`"${text}" has ${parts.length} parts; write table or schema.table`);
  }
  return second === undefined ? { schema: undefined, table: first } : { schema: first, table: second };
}

/**
 * The real name that a written part means: the exact spelling first, then the folded one. People write
 * `OrderLine` for a table that was created with quotes, and PostgreSQL's own folding would miss it.
 */
export function matchName(part: NamePart, candidates: readonly string[]): string | undefined {
  if (candidates.includes(part.text)) return part.text;
  const folded = part.text.toLowerCase();
  return !part.quoted && candidates.includes(folded) ? folded : undefined;
}
