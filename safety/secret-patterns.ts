/** What stands where a secret was. */
export const MASK = '[redacted]';

const NAMES =
  'password|passwd|passphrase|pwd|secret|client[_-]?secret|(?:[a-z]{1,20}[_-]?)?token|api[_-]?key|private[_-]?key|' +
  'secret[_-]?key|access[_-]?key|session[_-]?id|credentials?|authorization|proxy-authorization|cookie|set-cookie|' +
  'x-api-key|x-auth-token|otp|cvc|cvv|card[_-]?number';

const SENSITIVE = new RegExp(`^(?:${NAMES})$|passw(?:or)?d$|secret$`, 'i');

/** Whether a field or header of this name holds a secret. */
export function isSensitiveName(name: string): boolean {
  return SENSITIVE.test(name);
}

/** Masks secrets that only their shape or their place gives away: tokens that a response brought. */
export function maskPatterns(text: string): string {
  let masked = text;
  if (masked.includes('PRIVATE KEY')) {
    masked = masked.replace(
      // A key that was cut ends with its quotes, or with the text.
      /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^"'`]{0,20000}?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|(?=["'`])|$)/g,
      MASK,
    );
  }
  if (masked.includes('://')) {
    masked = masked.replace(
      /\b([a-z][a-z0-9+.-]{1,20}:\/\/)(?:([^\s/?#:@"'<>\\]{0,200}):)?[^\s/?#"'<>\\@]{1,500}@(?=[^\s@])/gi,
      (_all, scheme: string, user: string | undefined) => `${scheme}${user ? `${user}:` : ''}${MASK}@`,
    );
  }
  return maskCookies(maskFields(maskTokens(masked)));
}

const TOKENS =
  /\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]*|\b[sr]k_(?:test|live)_[A-Za-z0-9]{4,}|\bwhsec_[A-Za-z0-9+/=_-]{4,}|(?<=\b(?:pi|seti|cs|src)_[A-Za-z0-9]{1,80}_secret_)[A-Za-z0-9]{4,}|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_[A-Za-z0-9_]{30,}|\bxox[abprs]-[A-Za-z0-9-]{10,}|\bAIza[A-Za-z0-9_-]{35}|\bglpat-[A-Za-z0-9_-]{15,}/g;
const SCHEMES = /\b(Bearer|Basic|Digest|Token)(\s{1,3}|%20|\+)([A-Za-z0-9._~+/=-]{8,})/gi;

function maskTokens(text: string): string {
  return text.replace(TOKENS, MASK).replace(SCHEMES, (all, scheme: string, gap: string, token: string) => {
    // "Basic authentication", "token expired": words, not credentials.
    const isWord = token.length <= 20 && /^[A-Za-z][a-z-]*\.?$/.test(token);
    return isWord || token.startsWith(MASK) ? all : `${scheme}${gap}${MASK}`;
  });
}

// "name": "value" at any depth of JSON in JSON; the number of backslashes before the quotes is the depth.
const JSON_FIELD = new RegExp(`(\\\\*)(["'])(?:${NAMES})\\1\\2\\s{0,4}:\\s{0,4}\\1(["'])`, 'gi');
// HAR style: {"name":"authorization","value":"..."}
const HAR_FIELD = new RegExp(
  `(\\\\*)"name\\1"\\s{0,4}:\\s{0,4}\\1"(?:${NAMES})\\1"\\s{0,4},\\s{0,4}\\1"value\\1"\\s{0,4}:\\s{0,4}\\1(")`,
  'gi',
);
// name: 'value' as JavaScript and YAML print it.
const BARE_FIELD = new RegExp(`(?<![\\w-])(?:${NAMES})\\s{0,4}[:=]\\s{0,4}(["'\`])(?!\\1)`, 'gi');
// name=value in queries, forms and cookies; name: value in header lines.
const FORM_FIELD = new RegExp(
  `((?:^|[?&;\\s"'\`(,{])(?:${NAMES})=)(?!["'\`]|\\[redacted\\])([^&\\s"'\`<>;,)}\\\\]{1,4000})`,
  'gim',
);
const HEADER_LINE =
  /((?:^|[\s"'`,{-])(?:proxy-)?(?:authorization|x-api-key|x-auth-token)\s{0,2}:\s{0,4})(?!["'`\s\\])([^\r\n"'`\\]{1,4000})/gim;

function maskFields(text: string): string {
  let masked = maskQuoted(text, HAR_FIELD, (match) => ({ depth: match[1] ?? '', quote: '"' }));
  masked = maskQuoted(masked, JSON_FIELD, (match) => ({ depth: match[1] ?? '', quote: match[3] ?? '"' }));
  masked = maskQuoted(masked, BARE_FIELD, (match) => ({ depth: '', quote: match[1] ?? '"' }));
  return masked
    .replace(FORM_FIELD, (_all, name: string) => `${name}${MASK}`)
    .replace(HEADER_LINE, (all, name: string, value: string) => {
      const scheme = /^(?:Bearer|Basic|Digest|Token)\s+/i.exec(value)?.[0] ?? '';
      return value.slice(scheme.length).startsWith(MASK) ? all : `${name}${scheme}${MASK}`;
    });
}

/** Masks the quoted text that follows each match, up to the quote that ends it at the same depth. */
function maskQuoted(
  text: string,
  field: RegExp,
  of: (match: RegExpExecArray) => { readonly depth: string; readonly quote: string },
): string {
  let out = '';
  let from = 0;
  const scan = new RegExp(field.source, field.flags);
  for (let match = scan.exec(text); match !== null; match = scan.exec(text)) {
    const { depth, quote } = of(match);
    const start = match.index + match[0].length;
    const end = closingQuote(text, start, quote, depth.length);
    if (end > start && !text.startsWith(MASK, start)) {
      out += text.slice(from, start) + MASK;
      from = end;
    }
    scan.lastIndex = Math.max(start, end);
  }
  return from === 0 ? text : out + text.slice(from);
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
