import { canonicalTokens, shown } from './canonical.ts';
import type { Token } from './tokens.ts';

/**
 * What two prints of a definition say of each other. `undecided`: they are written otherwise, and neither that they mean
 * the same nor that they don't is proved.
 */
export type Printed = 'same' | 'changed' | 'undecided';

/** A text that is the same for every print of one definition that we know to be the same. */
export function canonicalText(printed: string): string {
  return shown(canonicalTokens(printed));
}

/**
 * Compares what two servers printed, of definitions that may have been dumped and loaded between them, also by servers of
 * different versions. Names must be printed under the same `search_path`.
 */
export function comparePrinted(old: string, next: string): Printed {
  if (old === next) return 'same';
  const [before, after] = withoutOptionalNames(canonicalTokens(old), canonicalTokens(next));
  if (shown(before) === shown(after)) return 'same';
  return sameShape(before, after) || !sameMembers(before, after) ? 'changed' : 'undecided';
}

/** Where brackets and marks stand at the same places, what differs is a name, a value, an operator or a type. */
function sameShape(a: readonly Token[], b: readonly Token[]): boolean {
  const shape = (tokens: readonly Token[]): string =>
    tokens
      .map(({ kind, text }) => (kind === 'open' || kind === 'close' || kind === 'mark' ? text : '_'))
      .join('');
  return a.length === b.length && shape(a) === shape(b);
}

/** No server adds or drops a value, an operator, a column or a NOT when it prints; some words of the language it may. */
function sameMembers(a: readonly Token[], b: readonly Token[]): boolean {
  const members = (tokens: readonly Token[]): string =>
    shown(
      tokens
        .filter((token, index) => isMember(token, tokens[index - 1], tokens[index + 1]))
        .toSorted((x, y) => (x.text < y.text ? -1 : x.text > y.text ? 1 : 0)),
    );
  return members(a) === members(b);
}

function isMember(token: Token, before: Token | undefined, after: Token | undefined): boolean {
  switch (token.kind) {
    case 'text':
    case 'number':
    case 'operator':
      return true;
    case 'word':
    case 'quoted':
      // A type, a call, a qualifier, or a word of the language.
      return (
        before?.text !== '::' &&
        after?.text !== '(' &&
        after?.text !== '.' &&
        !OPTIONAL_WORDS.test(token.text)
      );
    case 'mark':
    case 'open':
    case 'close':
      return false;
  }
}

/**
 * Words that say nothing by themselves: the further ones of a type (`timestamp without time zone`), and those of calls
 * that some versions print like `TRIM(BOTH FROM a)` and others like `btrim(a)`.
 */
const OPTIONAL_WORDS =
  /^(varying|precision|with|without|time|zone|AS|AT|TIME|ZONE|BOTH|LEADING|TRAILING|FROM|FOR|PLACING|IN|ROW|OUTER|INNER)$/;

/** Behind these, a name is one of a relation, or of a type: its schema says which. */
const RELATION_FOLLOWS = /^(JOIN|ONLY|INTO|UPDATE|REFERENCES|::)$/;

/**
 * Servers before 16 print the table with every column of a view, later ones only where there are several tables. Where
 * one side has `table.column` and the other `column`, the table is left out. Relations have their schema on both sides,
 * unless a WITH names them.
 */
function withoutOptionalNames(
  a: readonly Token[],
  b: readonly Token[],
): readonly [readonly Token[], readonly Token[]] {
  const kept: [Token[], Token[]] = [[], []];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [named, alsoNamed] = [a[i + 1]?.text === '.', b[j + 1]?.text === '.'];
    if (named && !alsoNamed && isOptional(a, i, b[j])) i += 2;
    else if (alsoNamed && !named && isOptional(b, j, a[i])) j += 2;
    else if (a[i]?.text !== b[j]?.text) break;
    const [one, other] = [a[i], b[j]];
    if (one === undefined || other === undefined) break;
    kept[0].push(one);
    kept[1].push(other);
    i += 1;
    j += 1;
  }
  return [
    [...kept[0], ...a.slice(i)],
    [...kept[1], ...b.slice(j)],
  ];
}

function isOptional(tokens: readonly Token[], at: number, other: Token | undefined): boolean {
  const [before, table, dot, column, after] = tokens.slice(Math.max(0, at - 1), at + 4);
  if (at === 0 || table === undefined || column === undefined) return false;
  const mayBeRelation =
    before?.text === 'FROM' &&
    tokens[at - 2]?.text !== 'DISTINCT' &&
    tokens.some((token) => token.text === 'WITH');
  return (
    !mayBeRelation &&
    !RELATION_FOLLOWS.test(before?.text ?? '') &&
    (table.kind === 'word' || table.kind === 'quoted') &&
    dot?.text === '.' &&
    column.text === other?.text &&
    after?.text !== '(' &&
    after?.text !== '.'
  );
}
