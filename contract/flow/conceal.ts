import { parseJson } from './exact-json.ts';
import { isHarmlessText, shapeOf, textOfLength } from './shape-of.ts';
import type { Shown, Statement } from './statement.ts';

/** What the target said, in which an expectation may have been found. */
export interface Said {
  readonly body: unknown;
  /** What earlier steps took from answers. */
  readonly captured: unknown;
}

/** Words of one kind: where a plan expects such a one, another such one is the name of a state, too. */
const NAMES_OF_STATES = [
  /^[A-Z][A-Z_]{0,29}$/,
  /^[A-Z][a-z]+(?:[A-Z][a-z]+)+$/,
  /^[a-z_]{1,30}(?:\.[a-z_]{1,30})+$/,
];
/** How `shown` ends a text that it cut. */
const CUT = /… \((\d+) characters\)$/;
/** Shorter texts are found in anything. */
const LEAST_FOUND = 3;
const DEEPEST = 12;

/**
 * A comparison of what a target said, without what it said: that may be about a customer. Numbers, short words and what
 * the plan itself expects stay; everything else is shown by its shape. Pure, and portable.
 */
export function conceal(statement: Statement, said: Said): Statement {
  const { ok, measured, expected } = statement;
  const hide = typeof expected === 'string' && !isHarmlessText(expected) && cameFrom(said, expected, ok);
  const wanted = hide ? shapeOfShown(expected) : expected;
  if (measured === expected)
    return wanted === expected ? statement : { ...statement, measured: wanted, expected: wanted };
  if (typeof measured !== 'string' || isHarmlessText(measured) || isSuchAState(measured, expected))
    return wanted === expected ? statement : { ...statement, expected: wanted };
  return {
    ...statement,
    measured: `${shapeOfShown(measured)}${otherFrom(measured, expected)}`,
    expected: wanted,
  };
}

/** Mail addresses, also as a URL writes them; numbers as long as those of telephones and cards; identities. */
const PERSONAL = [
  /[^\s/"'`<>(),;?&=[\]]+(?:@|%40)[^\s/"'`<>(),;?&=[\]]+/gi,
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /\+\d(?:[ ()-]{0,2}\d){7,}\b|\b\d{4}(?:[ -]\d{4}){2}[ -]\d{1,7}\b|\b\d{8,}\b/g,
];

/**
 * A line of words in which somebody's data may stand, such as an address or a locator, without that data: what earlier
 * steps took from answers, and what looks like a person's. Pure.
 */
export function concealWithin(line: string, captured: unknown): string {
  const took = textsIn(captured)
    .filter((text) => text.length >= LEAST_FOUND && !isHarmlessText(text))
    .sort((a, b) => b.length - a.length);
  const without = took.reduce((rest, text) => {
    const forms = [...new Set([text, encodeURIComponent(text)])].map(literally).join('|');
    return rest.replace(
      new RegExp(`(?<![\\p{L}\\d])(?:${forms})(?![\\p{L}\\d])`, 'gu'),
      `[${textOfLength(text.length)}]`,
    );
  }, line);
  return PERSONAL.reduce(
    (rest, pattern) =>
      rest.replace(pattern, (found) => {
        const text = found.replace(/%40/g, '@');
        return isHarmlessText(text) ? found : `[${textOfLength(text.length)}]`;
      }),
    without,
  );
}

/** The same for words that the target made itself, such as an error of a script: what they quote is data. */
export function concealQuoted(line: string): string {
  return line.replace(/(["'`])((?:(?!\1).){1,})\1/g, (all, _mark: string, quoted: string) =>
    isHarmlessText(quoted) ? all : `[${textOfLength(quoted.length)}]`,
  );
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** The shape of what `shown` made of a value: an object is JSON there, and a long text is cut. */
function shapeOfShown(text: string): string {
  const cut = CUT.exec(text);
  if (cut) return textOfLength(Number(cut[1]));
  if (!/^[[{]/.test(text)) return String(shapeOf(text));
  try {
    return String(shapeOf(parseJson(text)));
  } catch {
    return textOfLength(text.length);
  }
}

function isSuchAState(measured: string, expected: Shown): boolean {
  return (
    typeof expected === 'string' && NAMES_OF_STATES.some((kind) => kind.test(measured) && kind.test(expected))
  );
}

/** Where two texts part: a missing blank or a wrong character set is then found without the texts. */
function otherFrom(measured: string, expected: Shown): string {
  if (typeof expected !== 'string' || measured === '' || measured[0] !== expected[0]) return '';
  let at = 1;
  while (at < measured.length && measured[at] === expected[at]) at += 1;
  return ` (another one from character ${at + 1} on)`;
}

/**
 * Whether an expectation repeats what the target said, instead of being written in the plan.
 * @param ok what is measured then is the same, and is in the body once by itself
 */
function cameFrom({ body, captured }: Said, expected: string, ok: boolean): boolean {
  const found = (text: string): boolean =>
    text.length >= LEAST_FOUND && !isHarmlessText(text) && expected.includes(text);
  if (textsIn(captured).some(found)) return true;
  return textsIn(body).filter(found).length > (ok ? 1 : 0);
}

function textsIn(value: unknown, depth = 0): readonly string[] {
  if (typeof value === 'string') return [value];
  // What a reader of the user's own gives may contain itself.
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return [];
  return Object.values(value).flatMap((member) => textsIn(member, depth + 1));
}
