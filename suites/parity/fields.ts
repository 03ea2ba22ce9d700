import { isJson } from '../../contract/flow/body.ts';
import { canonicalJson } from '../../contract/evidence/canonical.ts';
import { ExactNumber, parseJsonExactly } from '../../contract/flow/exact-json.ts';
import type { ResponseView } from '../../contract/flow/http.ts';

/** Every single thing that an answer says, by its path: `status`, `header location`, `$.items[0].price`. */
export type Fields = ReadonlyMap<string, unknown>;

/**
 * Takes an answer apart. Addresses of the side itself are written as `{app}`, so that links of old and new compare.
 * @param urls the addresses of the side that answered
 * @param headers names in lower case
 */
export function fieldsOf(
  answer: ResponseView,
  urls: Readonly<Record<string, string>>,
  headers: readonly string[],
): Fields {
  const fields = new Map<string, unknown>([['status', answer.status]]);
  const neutral = neutraliser(urls);
  for (const name of headers) {
    const value = answer.headers[name];
    if (value === undefined) continue;
    fields.set(`header ${name}`, name === 'set-cookie' ? cookieNames(value) : neutral(value));
  }
  spread('$', exactBodyOf(answer), neutral, fields);
  return fields;
}

/** With every number as it was written: two that JavaScript rounds to one are two. */
function exactBodyOf({ headers, body, text, undecodable }: ResponseView): unknown {
  return text === undefined ||
    text.trim() === '' ||
    undecodable !== undefined ||
    !isJson(headers['content-type'])
    ? body
    : parseJsonExactly(text);
}

/** `$.items[3].price` as `$.items[*].price`: what is true of one index is taken to be true of all. */
export function templateOf(path: string): string {
  return path.replace(/\[\d+\]/g, '[*]');
}

/** Whether the path, or something that it lies in, is on the list. */
export function isUnder(path: string, list: ReadonlySet<string>): boolean {
  const template = templateOf(path);
  for (const entry of list) {
    if (template === entry || template.startsWith(`${entry}.`) || template.startsWith(`${entry}[`))
      return true;
  }
  return false;
}

/** Equal in value and type: `1` is not `"1"`. */
export function sameValue(one: unknown, other: unknown): boolean {
  if (one instanceof ExactNumber || other instanceof ExactNumber)
    return one instanceof ExactNumber && other instanceof ExactNumber && one.text === other.text;
  return canonicalJson(one) === canonicalJson(other);
}

function spread(
  path: string,
  value: unknown,
  neutral: (text: string) => string,
  into: Map<string, unknown>,
): void {
  if (typeof value === 'string') {
    into.set(path, neutral(value));
  } else if (value instanceof ExactNumber) {
    into.set(path, value);
  } else if (Array.isArray(value)) {
    // Its own field: else a list that lost its last elements differs nowhere that both sides have.
    into.set(`${path}.length`, value.length);
    value.forEach((item, index) => spread(`${path}[${index}]`, item, neutral, into));
  } else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0) into.set(path, {});
    for (const [key, item] of entries) spread(`${path}${segment(key)}`, item, neutral, into);
  } else {
    into.set(path, value ?? null);
  }
}

function segment(key: string): string {
  return /^[^.[\]]+$/.test(key) ? `.${key}` : `['${key}']`;
}

function neutraliser(urls: Readonly<Record<string, string>>): (text: string) => string {
  const known = Object.entries(urls)
    .map(([name, url]) => ({ name, base: url.replace(/\/+$/, '') }))
    .sort((a, b) => b.base.length - a.base.length);
  return (text) => known.reduce((left, { name, base }) => left.replaceAll(base, `{${name}}`), text);
}

/** Several cookies may come in one line, and a date in it has a comma as well. */
function cookieNames(header: string): string {
  return header
    .split(/,(?=\s*[^\s;,=]+=)/)
    .map((cookie) => cookie.trim().split('=')[0] ?? '')
    .sort()
    .join(', ');
}
