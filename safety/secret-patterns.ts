import { maskFields } from './mask-fields.ts';
import { maskTokenShapes } from './token-shapes.ts';

/** What stands where a secret was. */
export const MASK = '[redacted]';

/** Masks secrets that only their shape or their place gives away: tokens that a response brought. */
export function maskPatterns(text: string): string {
  let masked = text;
  if (masked.includes('PRIVATE KEY')) {
    masked = masked.replace(
      // A key that was cut ends with its quotes, or with the text.
      /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^"'`]{0,20000}?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|(?=["'`])|$)/g,
      MASK,
    );
  }
  if (masked.includes('://')) {
    masked = masked.replace(
      /\b([a-z][a-z0-9+.-]{1,20}:\/\/)(?:([^\s/?#:@"'<>\\]{0,200}):)?[^\s/?#"'<>\\@]{1,500}@(?=[^\s@])/gi,
      (_all, scheme: string, user: string | undefined) => `${scheme}${user ? `${user}:` : ''}${MASK}@`,
    );
  }
  return maskCookies(maskFields(maskHeaders(maskTokens(masked)), MASK));
}

const SCHEMES = /\b(Bearer|Basic|Digest|Token)(\s{1,3}|%20|\+)([A-Za-z0-9._~+/=-]{8,})/gi;

function maskTokens(text: string): string {
  return maskTokenShapes(text, MASK).replace(SCHEMES, (all, scheme: string, gap: string, token: string) => {
    // "Basic authentication", "token expired": words, not credentials.
    const isWord = token.length <= 20 && /^[A-Za-z][a-z-]*\.?$/.test(token);
    return isWord || token.startsWith(MASK) ? all : `${scheme}${gap}${MASK}`;
  });
}

const HEADER_LINE =
  /((?:^|[\s"'`,{-])(?:(?:proxy-)?authorization|x-[a-z-]{0,40}(?:key|token|secret|signature)|dd-(?:api|application)-key|(?:api|private|access|secret)-(?:key|token))\s{0,2}:\s{0,4})(?!["'`\s\\])([^\r\n"'`\\]{1,4000})/gim;

function maskHeaders(text: string): string {
  return text.replace(HEADER_LINE, (all, name: string, value: string) => {
    const scheme = /^(?:Bearer|Basic|Digest|Token)\s+/i.exec(value)?.[0] ?? '';
    return value.slice(scheme.length).startsWith(MASK) ? all : `${name}${scheme}${MASK}`;
  });
}

const COOKIE_LINE = /((?:^|[\s"'`,{-])(?:set-)?cookie\s{0,2}:\s{0,4})(?!["'`\s\\])([^\r\n"'`\\]{1,8000})/gim;
const COOKIE_ATTRIBUTE = /^(?:expires|max-age|domain|path|secure|httponly|samesite|priority|partitioned)$/i;

function maskCookies(text: string): string {
  const masked = text.replace(
    COOKIE_LINE,
    (_all, name: string, value: string) => `${name}${maskCookieValue(value)}`,
  );
  return masked.includes('"cookies"') ? maskCookieLists(masked) : masked;
}

/** `"cookies":[{"name":"sid","value":"..."}]`, as HAR, traces and storage states hold them. */
function maskCookieLists(text: string): string {
  let out = '';
  let from = 0;
  for (const match of text.matchAll(/"cookies"\s{0,4}:\s{0,4}\[/g)) {
    const start = match.index + match[0].length;
    const end = endOfList(text, start);
    out += text.slice(from, start);
    out += text
      .slice(start, end)
      .replace(/("value"\s{0,4}:\s{0,4}")(?!")(?:[^"\\]|\\.)*"/g, (_all, name: string) => `${name}${MASK}"`);
    from = end;
  }
  return out + text.slice(from);
}

function endOfList(text: string, start: number): number {
  let depth = 1;
  let inString = false;
  for (let at = start; at < text.length; at += 1) {
    const char = text[at];
    if (inString) {
      if (char === '\\') at += 1;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '[') depth += 1;
    else if (char === ']' && (depth -= 1) === 0) return at;
  }
  return text.length;
}

/** Keeps names and attributes of cookies and masks their values. */
export function maskCookieValue(value: string): string {
  return value.replace(/([^=;,\s]{1,200})=([^;\n]*)/g, (all, name: string) =>
    COOKIE_ATTRIBUTE.test(name) ? all : `${name}=${MASK}`,
  );
}
