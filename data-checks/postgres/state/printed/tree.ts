import type { Token } from './tokens.ts';

/** What stands between brackets, with them. */
export interface Group {
  readonly kind: 'group';
  readonly open: '(' | '[';
  readonly items: readonly Node[];
}
export type Node = Token | Group;

/** Nests tokens by their brackets. A bracket without its partner stays a token. */
export function treeOf(tokens: readonly Token[]): readonly Node[] {
  const levels: { readonly open: Token | undefined; readonly items: Node[] }[] = [
    { open: undefined, items: [] },
  ];
  for (const token of tokens) {
    const level = levels.at(-1);
    if (level === undefined) throw new Error('no level is open');
    if (token.kind === 'open') levels.push({ open: token, items: [] });
    else if (token.kind === 'close' && level.open?.text === (token.text === ')' ? '(' : '[')) {
      levels.pop();
      levels.at(-1)?.items.push({
        kind: 'group',
        open: token.text === ')' ? '(' : '[',
        items: level.items,
      });
    } else level.items.push(token);
  }
  // Never closed: as it was written.
  return levels.flatMap(({ open, items }) => (open === undefined ? items : [open, ...items]));
}

/** The tokens again, brackets and all. */
export function flatten(nodes: readonly Node[]): readonly Token[] {
  return nodes.flatMap((node): readonly Token[] =>
    node.kind === 'group'
      ? [
          { kind: 'open', text: node.open },
          ...flatten(node.items),
          { kind: 'close', text: node.open === '(' ? ')' : ']' },
        ]
      : [node],
  );
}

export function isWord(node: Node | undefined, word: string): boolean {
  return node?.kind === 'word' && node.text === word;
}

export function isMark(node: Node | undefined, mark: string): boolean {
  return node?.kind === 'mark' && node.text === mark;
}

export function isGroup(node: Node | undefined, open: '(' | '['): node is Group {
  return node?.kind === 'group' && node.open === open;
}

/** Cuts where a node of this level is one that separates. */
export function cut(
  nodes: readonly Node[],
  separates: (node: Node) => boolean,
): readonly (readonly Node[])[] {
  const parts: Node[][] = [[]];
  for (const node of nodes) {
    if (separates(node)) parts.push([]);
    else parts.at(-1)?.push(node);
  }
  return parts;
}
