import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml';

/** A value of a YAML file, with the line on which it stands (its key, where it has one). */
export interface Place {
  readonly line: number;
  /** As plain data. */
  readonly value: unknown;
  /** A scalar as text; undefined for anything else. */
  readonly text: string | undefined;
  /** Lines of a scalar; those of a block start below its key. */
  readonly textLines: readonly Line[];
  /** The value below, or undefined when there is none. */
  at(...path: readonly (string | number)[]): Place | undefined;
  /** Elements of a list; a single value counts as a list of one, nothing as none. */
  readonly items: readonly Place[];
  /** Entries of a mapping; none for anything else. */
  readonly entries: readonly (readonly [key: string, value: Place])[];
}

/** What a scalar of the core schema can be. */
type Plain = string | number | bigint | boolean;

export interface Line {
  readonly line: number;
  readonly text: string;
}

/** The value of a whole document; undefined when it is empty. */
export function rootOf(document: Document.Parsed, lines: LineCounter): Place | undefined {
  return placeOf(document.contents, { document, lines }, undefined);
}

interface Source {
  readonly document: Document.Parsed;
  readonly lines: LineCounter;
}

function placeOf(found: unknown, source: Source, keyLine: number | undefined): Place | undefined {
  const node = resolved(found as Node | null, source);
  if (node === undefined) return undefined;
  const ownLine = source.lines.linePos(node.range?.[0] ?? 0).line;
  return new NodePlace(node, source, keyLine ?? ownLine, ownLine);
}

/** Reads what is below only when it is asked for: a file may refer to itself. */
class NodePlace implements Place {
  readonly line: number;
  readonly text: string | undefined;
  readonly #node: Node;
  readonly #source: Source;
  readonly #ownLine: number;
  constructor(node: Node, source: Source, line: number, ownLine: number) {
    this.line = line;
    this.text = isScalar<Plain | null>(node) && node.value !== null ? String(node.value) : undefined;
    this.#node = node;
    this.#source = source;
    this.#ownLine = ownLine;
  }
  get value(): unknown {
    return this.#node.toJS(this.#source.document) as unknown;
  }
  get textLines(): readonly Line[] {
    const type = isScalar(this.#node) ? this.#node.type : undefined;
    const first = this.#ownLine + (type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED' ? 1 : 0);
    return (this.text ?? '').split('\n').map((text, index) => ({ line: first + index, text }));
  }
  at(...path: readonly (string | number)[]): Place | undefined {
    return step(this.#node, path, this.#source, this.line);
  }
  get items(): readonly Place[] {
    if (isSeq(this.#node))
      return this.#node.items.flatMap((item) => placeOf(item, this.#source, undefined) ?? []);
    return this.text === undefined ? [] : [this];
  }
  get entries(): readonly (readonly [key: string, value: Place])[] {
    return pairsOf(this.#node, this.#source).flatMap(([key, pair]) => {
      const place = placeOf(pair.value, this.#source, lineOfKey(pair, this.#source));
      return place === undefined ? [] : [[key, place] as const];
    });
  }
}

function step(
  node: Node,
  [first, ...rest]: readonly (string | number)[],
  source: Source,
  line: number,
): Place | undefined {
  if (first === undefined) return placeOf(node, source, line);
  const below =
    typeof first === 'number'
      ? isSeq(node)
        ? placeOf(node.items[first], source, undefined)
        : undefined
      : pairsOf(node, source)
          .filter(([key]) => key === first)
          .map(([, pair]) => placeOf(pair.value, source, lineOfKey(pair, source)))[0];
  return below?.at(...rest) ?? (rest.length === 0 ? below : undefined);
}

/** Own entries first, then those that `<<` brings in. */
function pairsOf(node: Node, source: Source): readonly (readonly [string, Pair])[] {
  if (!isMap(node)) return [];
  const own: (readonly [string, Pair])[] = [];
  const merged: (readonly [string, Pair])[] = [];
  for (const pair of node.items) {
    // As written: the parser gives the merge key a symbol for its value.
    const key = isScalar(pair.key) ? (pair.key.source ?? '') : '';
    if (key !== '<<') {
      own.push([key, pair]);
      continue;
    }
    const from = resolved(pair.value as Node | null, source);
    const sources = from !== undefined && isSeq(from) ? (from.items as Node[]) : [from];
    for (const one of sources) {
      const map = one === undefined ? undefined : resolved(one, source);
      if (map !== undefined) merged.push(...pairsOf(map, source));
    }
  }
  const names = new Set(own.map(([key]) => key));
  return [...own, ...merged.filter(([key]) => !names.has(key))];
}

function lineOfKey(pair: Pair, { lines }: Source): number | undefined {
  return isScalar(pair.key) && pair.key.range ? lines.linePos(pair.key.range[0]).line : undefined;
}

function resolved(node: Node | null | undefined, { document }: Source): Node | undefined {
  if (node === null || node === undefined) return undefined;
  return isAlias(node) ? node.resolve(document) : node;
}
