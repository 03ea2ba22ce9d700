/**
 * The absolute links of a mail in order: of its HTML part where there is one, else of its text.
 * `&amp;` inside an attribute is decoded, as a mail client would before it follows the link.
 */
export function linksOf(mail: { readonly html: string; readonly text: string }): string[] {
  if (mail.html.trim() === '') {
    // A full stop or bracket after an address belongs to the sentence.
    return (mail.text.match(/https?:\/\/[^\s<>"']+/g) ?? []).map((link) => link.replace(/[.,;:!?)\]]+$/, ''));
  }
  const attributes = mail.html.matchAll(/<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/gi);
  return [...attributes]
    .map((match) => decodeEntities(match[1] ?? match[2] ?? match[3] ?? '').trim())
    .filter((link) => /^https?:\/\//i.test(link));
}

function decodeEntities(text: string): string {
  return text
    .replace(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCodePoint(parseInt(hex, 16)))
    .replace(/&#(\d+);/g, (_, decimal: string) => String.fromCodePoint(Number(decimal)))
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
}
