/** Splits at a separator that is not inside a quoted string (RFC 9110, 5.6.4); parts are trimmed, empty ones left out. */
export function splitOutsideQuotes(text: string, separator: ',' | ';'): readonly string[] {
  const parts: string[] = [''];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const one = text[at] as string;
    if (quoted && one === '\\') {
      parts[parts.length - 1] += one + (text[at + 1] ?? '');
      at += 1;
      continue;
    }
    if (one === '"') quoted = !quoted;
    if (one === separator && !quoted) parts.push('');
    else parts[parts.length - 1] += one;
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** One `name=value`; the name in small letters, the value without its quotes. */
export interface Directive {
  readonly name: string;
  /** Undefined where there is no `=`. */
  readonly value: string | undefined;
}

export function directiveOf(text: string): Directive {
  const at = text.indexOf('=');
  if (at < 0) return { name: text.trim().toLowerCase(), value: undefined };
  const value = text.slice(at + 1).trim();
  return {
    name: text.slice(0, at).trim().toLowerCase(),
    value: /^".*"$/s.test(value) ? value.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : value,
  };
}

/** A whole number without a sign; undefined where it is none. */
export function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
