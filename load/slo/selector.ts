import { MetricsUnavailable } from '../../contract/ports/metrics.ts';

/** One matcher of a selector, in the notation of Prometheus. */
export interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

const MATCHER = /^\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(?:,|$)/;

/** Takes a selector apart. @throws MetricsUnavailable where its matchers can't be read */
export function parseSelector(selector: string): {
  readonly name: string;
  readonly matchers: readonly Matcher[];
} {
  const name = selector.split('{', 1)[0] ?? '';
  let rest = selector.slice(name.length).replace(/^\{/, '').replace(/\}$/, '');
  const matchers: Matcher[] = [];
  while (rest.trim() !== '') {
    const [all = '', label = '', operator, value = ''] = MATCHER.exec(rest) ?? [];
    if (all === '') {
      throw new MetricsUnavailable(
        `the matchers of ${selector} cannot be read from ${JSON.stringify(rest)} on`,
        'write name{label="value", other="value"}',
      );
    }
    matchers.push({
      label,
      operator: operator as Matcher['operator'],
      value: value.replaceAll(/\\(.)/g, '$1'),
    });
    rest = rest.slice(all.length);
  }
  return { name, matchers };
}
