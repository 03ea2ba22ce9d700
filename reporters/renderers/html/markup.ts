/** Text that is HTML already. Only `markup` makes it, so nothing else can get into a page without being escaped. */
export class Markup {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toString(): string {
    return this.#text;
  }
}

type Part = string | number | Markup | readonly Part[] | undefined | false;

/** A tagged template that escapes every value; lists are joined, `undefined` and `false` leave nothing. */
export function markup(strings: TemplateStringsArray, ...values: readonly Part[]): Markup {
  let text = strings[0] ?? '';
  for (let index = 0; index < values.length; index += 1) text += textOf(values[index]) + strings[index + 1];
  return new Markup(text);
}

function textOf(value: Part): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Markup) return value.toString();
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return value.map(textOf).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Anything that escaping may change; a page of ten thousand checks is mostly text without any of it. */
const SUSPECT =
  /[&<>"'`\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]/;

/** Escapes text for element content and quoted attributes, and drops what a page should never carry. */
export function escapeHtml(text: string): string {
  if (!SUSPECT.test(text)) return text;
  return (
    text
      // Terminal colours, control characters, and marks that turn the direction of text around.
      .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '')
      .replace(/(?![\n\t])\p{Cc}|\p{Cs}|\p{Bidi_Control}/gu, '')
      .replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '')
  );
}

/** A link if the address is plain http or https, else only its text. */
export function link(url: string): Markup {
  return /^https?:\/\/[^\s]+$/i.test(url)
    ? markup`<a href="${url}" rel="noopener noreferrer">${url}</a>`
    : markup`${url}`;
}
