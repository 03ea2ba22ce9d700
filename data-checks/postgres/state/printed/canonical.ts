import { cut, flatten, type Group, isGroup, isMark, isWord, type Node, treeOf } from './tree.ts';
import { type Token, tokensOf } from './tokens.ts';

/**
 * The form in which two prints of one definition are the same. A server prints what it keeps, and reads what it prints a
 * little otherwise than what was first written; so a definition that was dumped and loaded prints with other brackets
 * and casts. Only what can't change a meaning is rewritten:
 *
 * - `(ARRAY[a, b])::t[]` is read as `ARRAY[(a)::t, (b)::t]`: the server gives the cast of a list to its elements;
 * - `((x))` is `(x)`;
 * - `((a AND b) AND c)` is `(a AND b AND c)`, and so for OR: both are associative, also with NULL.
 */
export function canonicalTokens(text: string): readonly Token[] {
  return flatten(rewritten(treeOf(tokensOf(text))));
}

function rewritten(nodes: readonly Node[]): readonly Node[] {
  const inside = castElements(
    nodes.map((node) => (node.kind === 'group' ? { ...node, items: rewritten(node.items) } : node)),
  );
  return joined(inside.map(withoutDoubleBrackets));
}

/** `(SELECT ...)` within brackets is one value, and without them may be a list of rows: those stay. */
function withoutDoubleBrackets(node: Node): Node {
  if (!isGroup(node, '(')) return node;
  const [only, ...others] = node.items;
  if (others.length > 0 || !isGroup(only, '(')) return node;
  const [first] = only.items;
  const isQuery = isWord(first, 'SELECT') || isWord(first, 'WITH') || isWord(first, 'VALUES');
  return isQuery || only.items.length === 0 || only.items.some((item) => isMark(item, ',')) ? node : only;
}

function joined(nodes: readonly Node[]): readonly Node[] {
  for (const word of ['AND', 'OR']) {
    if (!nodes.some((node) => isWord(node, word))) continue;
    return nodes.flatMap((node, index) => {
      const [before, after] = [nodes[index - 1], nodes[index + 1]];
      const isOperand =
        (before === undefined || isWord(before, word)) && (after === undefined || isWord(after, word));
      return isOperand && isGroup(node, '(') && joinsOnly(node, word) ? node.items : [node];
    });
  }
  return nodes;
}

/** Whether a group is nothing but operands of this word, each one bracketed, a name or a call. */
function joinsOnly(group: Group, word: string): boolean {
  const parts = cut(group.items, (item) => isWord(item, word));
  return parts.length > 1 && parts.every(isOneValue);
}

/** Words that begin something with a further AND or OR of its own, or that end a list of operands. */
const NOT_VALUES = /^(AND|OR|BETWEEN|SELECT|WITH|VALUES|WHERE|CASE|WHEN|ON|HAVING|FILTER|DISTINCT|ALL)$/;

function isOneValue(part: readonly Node[]): boolean {
  return (
    part.length > 0 &&
    part.every((node) => !isMark(node, ',') && !(node.kind === 'word' && NOT_VALUES.test(node.text)))
  );
}

function castElements(nodes: readonly Node[]): readonly Node[] {
  const result: Node[] = [];
  for (let index = 0; index < nodes.length; index += 1) {
    const node = nodes[index];
    if (node === undefined) break;
    const list = listOf(node);
    const cast = list === undefined ? undefined : castBehind(nodes, index + 1);
    if (list === undefined || cast === undefined) {
      result.push(node);
      continue;
    }
    result.push(ARRAY, elementsAs(list, cast.element));
    index = cast.end - 1;
  }
  return result;
}

const ARRAY: Token = { kind: 'word', text: 'ARRAY' };

/** The elements of `(ARRAY[...])`; of none, the cast is all that says their type. */
function listOf(node: Node): Group | undefined {
  if (!isGroup(node, '(') || node.items.length !== 2) return undefined;
  const [word, list] = node.items;
  return isWord(word, 'ARRAY') && isGroup(list, '[') && list.items.length > 0 ? list : undefined;
}

/** The type of the elements in a cast such as `::character varying(20)[]`, and where it ends. */
function castBehind(
  nodes: readonly Node[],
  start: number,
): { readonly element: readonly Node[]; readonly end: number } | undefined {
  if (!isMark(nodes[start], '::')) return undefined;
  for (let end = start + 1; end < nodes.length; end += 1) {
    const node = nodes[end];
    if (isGroup(node, '[') && node.items.length === 0 && end > start + 1) {
      return { element: nodes.slice(start + 1, end), end: end + 1 };
    }
    const belongs =
      node?.kind === 'word' ||
      node?.kind === 'quoted' ||
      isMark(node, '.') ||
      (isGroup(node, '(') && node.items.every((item) => item.kind === 'number' || isMark(item, ',')));
    if (!belongs) return undefined;
  }
  return undefined;
}

function elementsAs(list: Group, type: readonly Node[]): Group {
  const elements = cut(list.items, (node) => isMark(node, ','));
  const comma: Token = { kind: 'mark', text: ',' };
  return {
    kind: 'group',
    open: '[',
    items: elements.flatMap((element, index) => [
      ...(index === 0 ? [] : [comma]),
      ...elementAs(element, type),
    ]),
  };
}

function elementAs(element: readonly Node[], type: readonly Node[]): readonly Node[] {
  const [first, second] = element;
  if (element.length === 2 && isWord(first, 'ARRAY') && isGroup(second, '['))
    return [ARRAY, elementsAs(second, type)];
  // A literal of this very type needs no cast.
  if (first?.kind !== 'group' && isMark(second, '::') && same(element.slice(2), type)) return element;
  const cast: Token = { kind: 'mark', text: '::' };
  const value: Node =
    element.length === 1 && isGroup(first, '(') ? first : { kind: 'group', open: '(', items: element };
  return [value, cast, ...type];
}

function same(a: readonly Node[], b: readonly Node[]): boolean {
  return shown(flatten(a)) === shown(flatten(b));
}

/** Tokens in one line; equal only for equal tokens. */
export function shown(tokens: readonly Token[]): string {
  return tokens.map((token) => token.text).join('\n');
}
