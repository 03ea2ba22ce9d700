import { holdsSecretNumber, isSensitiveName } from './secret-names.ts';

/** Part of each name that may be sensitive: found first, because it is rare. */
const CORE =
  /pass|pwd|secret|token|key|auth|cookie|credential|session|otp|cvc|cvv|card|sid|sig|pan\b|mfa|connectionstring/gi;
const NAME_CHARACTER = /[\w.$-]/;
const LONGEST_NAME = 100;

// What stands between a name and its value. Backslashes: JSON in JSON, at any depth.
const JSON_VALUE = /(\\*)(["'])\s{0,4}:\s{0,4}\1(["'])/y;
const JSON_NUMBER = /(\\*)(["'])\s{0,4}:\s{0,4}(-?\d[\d.]{2,40})/y;
const HAR_VALUE = /(\\*)"\s{0,4}(?:,\s{0,4}\1"value\1"\s{0,4}:|\s{1,8}value\s{0,4}=)\s{0,4}\1(")/y;
const BARE_VALUE = /\s{0,4}(?:=>|[:=])\s{0,4}(\\*)(["'`])/y;
const FORM_VALUE = /=(?!["'`]|\[redacted\])([^&\s"'`<>;,)}\\]{1,4000})/y;
const COLON_VALUE = /(\s{0,2}:[ \t]{1,8})(?!["'`\s\\[{(<|>&*!])([^\s"'`<>,;}\])\\]{3,4000})/y;
const XML_VALUE = /(?:\s[^<>]{0,200})?>([^<>]{1,4000})<\//y;
const MORE_ON_LINE = /[ \t]+[^\s,}\]]/y;

/**
 * Masks the values of fields whose names say that they are secret: JSON at any depth of JSON in JSON, JavaScript and
 * YAML, queries, forms and settings, XML, and pairs of a name and a value as HAR files have them.
 */
export function maskFields(text: string, mask: string): string {
  let out = '';
  let from = 0;
  const cover = (start: number, end: number, instead = mask): void => {
    out += text.slice(from, start) + instead;
    from = end;
  };
  CORE.lastIndex = 0;
  for (let match = CORE.exec(text); match !== null; match = CORE.exec(text)) {
    const start = nameStart(text, match.index);
    const end = nameEnd(text, match.index + match[0].length);
    CORE.lastIndex = Math.max(end, match.index + match[0].length);
    if (start < from || end - start > LONGEST_NAME) continue;
    const name = text.slice(start, end);
    const bare = name.replace(/^[-.$]+|[-.$]+$/g, '');
    if (!isSensitiveName(bare.slice(bare.lastIndexOf('.') + 1))) continue;
    const next = maskAfter(text, start, end, bare, mask, cover);
    CORE.lastIndex = Math.max(CORE.lastIndex, next);
  }
  return from === 0 ? text : out + text.slice(from);
}

/** Masks what follows a sensitive name. Returns where to go on. */
function maskAfter(
  text: string,
  start: number,
  end: number,
  name: string,
  mask: string,
  cover: (start: number, end: number, instead?: string) => void,
): number {
  const quoted =
    stickyAt(HAR_VALUE, text, end) ?? stickyAt(JSON_VALUE, text, end) ?? stickyAt(BARE_VALUE, text, end);
  if (quoted !== undefined) {
    const value = end + quoted[0].length;
    const quote = quoted[0][quoted[0].length - 1] ?? '"';
    const close = closingQuote(text, value, quote, quoted[1]?.length ?? 0);
    if (close > value && !text.startsWith(mask, value)) cover(value, close);
    return Math.max(value, close);
  }
  if (isCookieName(name)) return end;
  const number = stickyAt(JSON_NUMBER, text, end);
  if (number !== undefined && holdsSecretNumber(name)) {
    const value = end + number[0].length - (number[3]?.length ?? 0);
    cover(value, end + number[0].length, `${number[1]}"${mask}${number[1]}"`);
    return end + number[0].length;
  }
  const form = stickyAt(FORM_VALUE, text, end);
  if (form !== undefined && (start === 0 || /[^\w-]/.test(text[start - 1] ?? ''))) {
    cover(end + 1, end + form[0].length);
    return end + form[0].length;
  }
  const xml = text[start - 1] === '<' || text[start - 1] === ':' ? stickyAt(XML_VALUE, text, end) : undefined;
  if (xml !== undefined && !xml[1]?.startsWith(mask)) {
    const close = end + xml[0].length - 2;
    cover(close - (xml[1]?.length ?? 0), close);
    return close;
  }
  const colon = stickyAt(COLON_VALUE, text, end);
  const value = colon?.[2] ?? '';
  if (colon === undefined || value.startsWith(mask) || isScheme(value)) return end;
  const close = end + colon[0].length;
  const alone = isLineStart(text, start) && stickyAt(MORE_ON_LINE, text, close) === undefined;
  // "the token: expired", "password: must have 8 characters": words, not values.
  if (!alone && /^[a-z]{1,20}[.!?]?$/i.test(value)) return end;
  cover(close - value.length, close);
  return close;
}

/** Their values have names of their own, and whoever masks cookies keeps these. */
function isCookieName(name: string): boolean {
  return /^(?:set-)?cookie$/i.test(name);
}

/** Of an authorization header the scheme stays; what follows is masked with it. */
function isScheme(value: string): boolean {
  return /^(?:Bearer|Basic|Digest|Token|Negotiate|ApiKey)$/i.test(value);
}

function nameStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && at - start < LONGEST_NAME && NAME_CHARACTER.test(text[start - 1] ?? '')) start -= 1;
  return start;
}

function nameEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length && end - at < LONGEST_NAME && NAME_CHARACTER.test(text[end] ?? '')) end += 1;
  return end;
}

function isLineStart(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - 40), start);
  return (
    /(?:^|[\r\n]|\\n)[ \t]*(?:-[ \t]+)?$/.test(before) || (start <= 40 && /^[ \t]*(?:-[ \t]+)?$/.test(before))
  );
}

function stickyAt(expression: RegExp, text: string, at: number): RegExpExecArray | undefined {
  expression.lastIndex = at;
  return expression.exec(text) ?? undefined;
}

/** Index where a quoted text ends; at most to the end of its line, so that a stray quote can't swallow a file. */
function closingQuote(text: string, start: number, quote: string, depth: number): number {
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\n') return at;
    if (char !== quote) continue;
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\' && at - 1 - backslashes >= start) backslashes += 1;
    // Fewer or as many as the depth: it is ours. More: a quote inside the text.
    if (backslashes <= depth) return at - backslashes;
  }
  return text.length;
}
