import { holds, type Statement } from '../../contract/flow/statement.ts';
import type { Probe } from '../../contract/plan/probe.ts';
import { directiveOf } from './header-values.ts';

type Wanted = Exclude<Extract<Probe, { kind: 'headers' }>['cookies'], false>;

/**
 * The flags of every cookie that an answer sets; of their values nothing is shown.
 * @param header all `set-cookie` of the answer, joined by line feeds: cookies may contain commas
 */
export function cookieStatements(
  wanted: Wanted,
  path: string,
  header: string | undefined,
): readonly Statement[] {
  return (header ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .flatMap((line) => cookieStatement(wanted, path, line));
}

function cookieStatement(
  { ignore, readByScripts, sameSite }: Wanted,
  path: string,
  line: string,
): readonly Statement[] {
  // Browsers know no quotes here: every semicolon ends an attribute (RFC 6265, 5.2).
  const [pair = '', ...rest] = line.split(';');
  const at = pair.indexOf('=');
  // Without `=` all of it is the value, and a secret.
  const name = at > 0 ? pair.slice(0, at).trim() : 'without a name';
  if (ignore.includes(name)) return [];
  // Of an attribute that stands twice the last counts.
  const attributes = new Map(rest.map(directiveOf).map((one) => [one.name, one.value ?? '']));
  if (isDeleted(attributes)) return [];
  const site = sameSite.find((one) => one.toLowerCase() === attributes.get('samesite')?.toLowerCase());
  const flags = [
    { word: 'Secure', needed: true },
    { word: 'HttpOnly', needed: !readByScripts.includes(name) },
  ];
  const ok =
    flags.every(({ word, needed }) => !needed || attributes.has(word.toLowerCase())) && site !== undefined;
  const has = flags.filter(({ word }) => attributes.has(word.toLowerCase())).map(({ word }) => word);
  const needs = flags.filter(({ needed }) => needed).map(({ word }) => word);
  const said = attributes.get('samesite');
  const measured = [...has, ...(said === undefined ? [] : [`SameSite=${said}`])];
  return [
    holds(
      `cookie ${name} of ${path}`,
      ok,
      measured.length === 0 ? 'no flags' : measured.join(', '),
      [...needs, `SameSite=${sameSite.join(' or ')}`].join(', '),
    ),
  ];
}

/** A cookie that ends as it is set holds nothing that could be stolen; Max-Age goes before Expires. */
function isDeleted(attributes: ReadonlyMap<string, string>): boolean {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0;
  return Date.parse(attributes.get('expires') ?? '') < Date.now();
}
