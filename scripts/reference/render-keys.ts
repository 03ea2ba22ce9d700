import type { z } from 'zod';
import type { Alternative, Key } from './read-keys.ts';

/** A key with all of its path: `requests[].path`. */
interface Row {
  readonly path: string;
  readonly key: Key;
}

/** A table of keys, and below it one for each form that a `kind` or an `adapter` decides on. */
interface Section {
  /** Paths of the keys that hold it; several hold the very same. */
  readonly at: string[];
  readonly when: string;
  readonly says: string;
  readonly rows: readonly Row[];
}

/**
 * The keys of one part of a plan as Markdown.
 * @param at the path of that part, such as `data`
 * @param step what stands between that path and the keys: `[]` where it is a list
 */
export function renderKeys(at: string, alternatives: readonly Alternative[], step = ''): string {
  const sections: Section[] = [];
  addSections(sections, new Map(), `${at}${step}`, `${at}${step}`, '', alternatives);
  return sections
    .map(({ at: paths, when, says, rows }, index) => {
      const names = paths.map((path) => `\`${path}\``).join(' and ');
      const titles: Readonly<Record<string, string>> = {
        '': '',
        [ALL]: `### All ${names}`,
        [EACH]: `### ${names}`,
      };
      const title = titles[when] ?? `### \`${when}\` in ${names}`;
      return [
        ...(title === '' ? (index === 0 ? [] : ['or', '']) : [title, '']),
        ...(says === '' ? [] : [inText(says), '']),
        ...table(rows),
      ].join('\n');
    })
    .join('\n\n');
}

/** One row for each key, without what is inside. */
export function renderRows(keys: readonly Key[]): string {
  return table(keys.map((key) => ({ path: key.name, key }))).join('\n');
}

/** Instead of what decides: what all forms have alike, and the entries of a list. */
const ALL = 'all';
const EACH = 'each';
type Seen = Map<z.core.$ZodType, Section[]>;

/**
 * @param part which paths in titles begin with
 * @param where path of the alternatives
 * @param prefix path of their keys within the table
 */
function addSections(
  sections: Section[],
  seen: Seen,
  part: string,
  where: string,
  prefix: string,
  alternatives: readonly Alternative[],
): readonly Section[] {
  const common = commonKeys(alternatives);
  const below: Row[] = [];
  const collect = (keys: readonly Key[], rows: Row[], start: string): void => {
    for (const key of keys) {
      const path = `${start}${key.name}`;
      rows.push({ path, key });
      const listed =
        key.step.startsWith('[]') && start === '' && key.inside.some(({ keys: inner }) => inner.length > 3);
      if (listed || key.inside.some(({ when }) => when !== ''))
        below.push({ path: `${path}${key.step}`, key });
      else key.inside.forEach((form) => collect(form.keys, rows, `${path}${key.step}.`));
    }
  };
  const added: Section[] = [];
  const add = (when: string, says: string, keys: readonly Key[]): void => {
    const rows: Row[] = [];
    collect(keys, rows, prefix);
    const section = { at: [where], when, says, rows };
    added.push(section);
    sections.push(section);
  };
  if (common.length > 0)
    add(ALL, '', alternatives[0]?.keys.filter(({ name }) => common.includes(name)) ?? []);
  for (const { when, says, keys } of alternatives)
    add(
      when,
      says,
      keys.filter(({ name }) => !common.includes(name)),
    );
  for (const { path, key } of below) {
    const at = `${part}.${path}`;
    const before = seen.get(key.schema);
    const forms = key.inside.map((form) => (form.when === '' ? { ...form, when: EACH } : form));
    if (before === undefined) seen.set(key.schema, [...addSections(sections, seen, at, at, '', forms)]);
    else before.forEach((section) => section.at.push(at));
  }
  return added;
}

/** Keys that all of several forms have alike: they are told once. */
function commonKeys(alternatives: readonly Alternative[]): readonly string[] {
  const [one, ...others] = alternatives;
  if (one === undefined || others.length < 2) return [];
  const same = (key: Key, other: Key | undefined): boolean =>
    other !== undefined &&
    other.says === key.says &&
    other.type === key.type &&
    other.byDefault === key.byDefault;
  return one.keys
    .filter((key) =>
      others.every(({ keys }) =>
        same(
          key,
          keys.find(({ name }) => name === key.name),
        ),
      ),
    )
    .map(({ name }) => name);
}

function table(rows: readonly Row[]): string[] {
  return [
    '| key | value | default | what it says |',
    '|---|---|---|---|',
    ...rows.map(
      ({ path, key }) =>
        `| \`${path}\` | ${inTable(typeOf(key))} | ${defaultOf(key)} | ${inTable(inText(key.says))} |`,
    ),
  ];
}

function typeOf(key: Key): string {
  const type = key.type.replace(/^(whole )?number/, (words) => `${words}${unitOf(key.name)}`);
  return key.complaint === undefined ? type : `${type}; ${key.complaint}`;
}

/** The names of keys end with their units. */
function unitOf(name: string): string {
  if (name.endsWith('Ms')) return ' of milliseconds';
  if (name.endsWith('Minutes') || name === 'minutes') return ' of minutes';
  return /[a-z]S$/.test(name) || name.endsWith('Seconds') ? ' of seconds' : '';
}

/** Of longer lists only the length is shown. */
const MOST_SHOWN = 12;

function defaultOf({ optional, byDefault }: Key): string {
  if (byDefault === undefined) return optional ? '' : '**required**';
  const value: unknown = JSON.parse(byDefault);
  if (Array.isArray(value) && value.length > MOST_SHOWN) return `all ${value.length}`;
  return inTable(`\`${asCode(value)}\``);
}

function asCode(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(asCode).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, member]) => `${name}: ${asCode(member)}`);
    return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
  }
  return String(value);
}

/** Text of a comment, for Markdown that also becomes HTML. */
export function inText(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '&lt;').replaceAll('*', '\\*')))
    .join('');
}

/** Text that stands in a cell. */
export function inTable(text: string): string {
  return text.replaceAll('|', '\\|');
}
