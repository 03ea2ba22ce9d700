const ENTITIES: Readonly<Record<string, string>> = { amp: '&', quot: '"', apos: "'", lt: '<', gt: '>' };

/** The absolute links of a mail in order, each once: of its HTML part, or of its text part when there is no HTML. */
export function mailLinks(mail: { readonly html: string; readonly text: string }): string[] {
  const found =
    mail.html === ''
      ? Array.from(mail.text.matchAll(/https?:\/\/[^\s<>"']+/gi), (match) =>
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
    if (typeof decimal === 'string') return String.fromCodePoint(Number.parseInt(decimal, 10));
    if (typeof hex === 'string') return String.fromCodePoint(Number.parseInt(hex, 16));
    return ENTITIES[String(name).toLowerCase()] ?? whole;
  });
}
