import type { CheckResult } from '../../contract/verdict/verdict.ts';

/** Longer values stand whole in the details, and begin in a headline. */
const LONGEST_VALUE = 60;
const LONGEST_TITLE = 120;
const LONGEST = 600;

/** `A customer can pay an order (order-can-be-paid)`: what a check states, and its id for whoever looks it up. */
export function nameInWords({ id, title }: Pick<CheckResult, 'id' | 'title'>): string {
  return title === id ? id : `${cut(title, LONGEST_TITLE)} (${id})`;
}

/** Whether a reason of a verdict, also of an older version, is the one of a check. */
export function isReasonOf(reason: string, check: Pick<CheckResult, 'id' | 'title'>): boolean {
  return reason.startsWith(`${nameInWords(check)}: `) || reason.startsWith(`${check.id}: `);
}

/**
 * Text for a headline: what a person reads at night, on a phone. JSON is told by what it is, and a long value by its
 * beginning; whole they stand in the finding.
 */
export function inHeadline(text: string): string {
  return cut(longValuesCut(withoutJson(text)), LONGEST);
}

function withoutJson(text: string): string {
  let told = '';
  let at = 0;
  for (const { index } of text.matchAll(/(?<![\w\]])[{[]/g)) {
    // Within one that was told already; an index, as in items[0], is none.
    if (index < at) continue;
    const end = endOfJson(text, index);
    const words = end === undefined ? undefined : jsonInWords(text.slice(index, end));
    if (words === undefined || end === undefined) continue;
    told += text.slice(at, index) + words;
    at = end;
  }
  return told + text.slice(at);
}

/** Where the brackets that open at an index are closed again; undefined where they are not. */
function endOfJson(text: string, from: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let index = from; index < text.length; index += 1) {
    const character = text[index];
    if (quoted) {
      if (character === '\\') index += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return undefined;
}

/** Undefined for brackets that hold no JSON, such as those of `items[*]`. */
function jsonInWords(text: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  const names = Object.keys(value as object);
  if (names.length === 0) return 'an empty object';
  const shown = names.slice(0, 3).map((name) => cut(name, 30));
  return `an object with ${shown.join(', ')}${names.length > shown.length ? ` and ${names.length - shown.length} more` : ''}`;
}

function longValuesCut(text: string): string {
  return text
    .replace(/"((?:[^"\\]|\\.)*)"/g, (whole, value: string) =>
      value.length > LONGEST_VALUE ? `"${cut(value, LONGEST_VALUE)}"` : whole,
    )
    .replace(/\S+/g, (word) => cut(word, 2 * LONGEST_VALUE));
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
