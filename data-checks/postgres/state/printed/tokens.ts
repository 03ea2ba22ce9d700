/** One word, literal, operator or mark of a definition; `open` and `close` are brackets. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'text' | 'number' | 'operator' | 'mark' | 'open' | 'close';
  readonly text: string;
}

const PATTERNS: readonly (readonly [Token['kind'], RegExp])[] = [
  // E'...' alone knows the backslash; the sessions that print have standard_conforming_strings on.
  ['text', /[eE]'(?:[^'\\]|''|\\[^])*'/y],
  ['text', /(?:[uU]&|[bBxXnN])?'(?:[^']|'')*'/y],
  ['text', /(\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)[^]*?\1/y],
  ['quoted', /"(?:[^"]|"")*"/y],
  ['word', /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y],
  ['number', /\d[\w.]*(?:[eE][+-]?\d+)?|\.\d+/y],
  ['open', /[([]/y],
  ['close', /[)\]]/y],
  ['mark', /::|[,;.:]/y],
  ['operator', /[-+*/<>=~!@#%^&|`?]+|\$\d+/y],
];

/** A name that needs quotes on one version (its words are reserved there) and none on another. */
const PLAIN_NAME = /^"([a-z_][a-z0-9_$]*)"$/;

/**
 * The words of what a server printed, white space left out. Text that is no SQL (a state of ours, for example) is cut
 * into words just so: two texts have the same tokens only if they are the same but for white space between them.
 */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const space = /\s+/y;
    space.lastIndex = at;
    if (space.test(text)) {
      at = space.lastIndex;
      continue;
    }
    const token = read(text, at) ?? { kind: 'mark', text: text.charAt(at) };
    at += token.text.length;
    tokens.push(plain(token));
  }
  return tokens;
}

function read(text: string, at: number): Token | undefined {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) return { kind, text: found };
  }
  return undefined;
}

function plain(token: Token): Token {
  const name = token.kind === 'quoted' ? PLAIN_NAME.exec(token.text)?.[1] : undefined;
  // "char" is a type of its own, and char is another one.
  return name === undefined || name === 'char' ? token : { kind: 'word', text: name };
}
