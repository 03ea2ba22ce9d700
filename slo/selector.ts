import { Unavailable } from '../contract/cannot-tell.ts';

/** One matcher of a selector, in the notation of Prometheus. */
export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
  /** As it was written. */
  readonly text: string;
}

const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/.source;
const MATCHER = new RegExp(`^\\s*(([a-zA-Z_][a-zA-Z0-9_]*)\\s*(=~|!~|!=|=)\\s*(${QUOTED}))\\s*(?:,|$)`);

/** Takes a selector apart. @throws Unavailable where its matchers can't be read */
export function parseSelector(selector: string): {
  readonly name: string;
  readonly matchers: readonly Matcher[];
} {
  const name = selector.split('{', 1)[0] ?? '';
  let rest = selector.slice(name.length).replace(/^\{/, '').replace(/\}$/, '');
  const matchers: Matcher[] = [];
  while (rest.trim() !== '') {
    const [all = '', text = '', label = '', operator, quoted = ''] = MATCHER.exec(rest) ?? [];
    if (all === '') {
      throw new Unavailable(
        `the matchers of ${selector} cannot be read from ${JSON.stringify(rest)} on`,
        'write name{label="value", other="value"}',
      );
    }
    const bare = quoted.slice(1, -1);
    matchers.push({
      label,
      operator: operator as Matcher['operator'],
      value: quoted.startsWith('`') ? bare : bare.replaceAll(/\\(.)/g, '$1'),
      text,
    });
    rest = rest.slice(all.length);
  }
  return { name, matchers };
}
