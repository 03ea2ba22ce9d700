const ENTITIES: Readonly<Record<string, string>> = { amp: '&', quot: '"', apos: "'", lt: '<', gt: '>' };
const LAST_CODE_POINT = 0x10ffff;

/**
 * The absolute links of a mail in order, each once: of its HTML part where there is one, else of its text. `&amp;` inside
 * an attribute is decoded, as a mail client would before it follows the link.
 */
export function mailLinks(mail: { readonly html: string; readonly text: string }): string[] {
  const found =
    mail.html.trim() === ''
      ? // A full stop or bracket after an address belongs to the sentence.
        Array.from(mail.text.matchAll(/https?:\/\/[^\s<>"']+/gi), (match) =>
          match[0].replace(/[.,;:!?)\]]+$/, ''),
        )
      : Array.from(
          mail.html.matchAll(/<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/gi),
          (match) => unescapeHtml(match[1] ?? match[2] ?? match[3] ?? '').trim(),
        ).filter((link) => /^https?:\/\//i.test(link));
  return [...new Set(found)];
}

function unescapeHtml(text: string): string {
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (typeof decimal === 'string') return characterOf(Number.parseInt(decimal, 10)) ?? whole;
    if (typeof hex === 'string') return characterOf(Number.parseInt(hex, 16)) ?? whole;
    return ENTITIES[String(name).toLowerCase()] ?? whole;
  });
}

function characterOf(codePoint: number): string | undefined {
  return codePoint <= LAST_CODE_POINT ? String.fromCodePoint(codePoint) : undefined;
}
