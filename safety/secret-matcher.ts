import { everyCharacterForms, stableBase64, usualForms } from './encoded-forms.ts';

/** Finds known secrets in a text, however common encoders wrote them. */
export interface SecretMatcher {
  /** The text with every known secret replaced. */
  mask(text: string, mask: string): string;
}

/** Names of characters that HTML writers use. */
const ENTITY_NAMES: Readonly<Record<string, string>> = {
  '&': 'amp',
  '<': 'lt',
  '>': 'gt',
  '"': 'quot',
  "'": 'apos|#39',
  '/': 'sol',
  '\\': 'bsol',
  '+': 'plus',
  '=': 'equals',
  ':': 'colon',
  ';': 'semi',
  '?': 'quest',
  '#': 'num',
  '%': 'percnt',
  '@': 'commat',
  '!': 'excl',
  $: 'dollar',
  '*': 'ast',
  '(': 'lpar',
  ')': 'rpar',
  ',': 'comma',
  '.': 'period',
  '[': 'lbrack|lsqb',
  ']': 'rbrack|rsqb',
  '{': 'lbrace|lcub',
  '}': 'rbrace|rcub',
  '|': 'vert|verbar',
  '^': 'Hat',
  '`': 'grave',
  '~': 'tilde',
  _: 'lowbar',
  ' ': 'nbsp',
};
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
  '\b': 'b',
  '\f': 'f',
};

/** Where an encoder may break a line: quoted-printable and folded base64, also inside JSON. */
const SOFT_BREAK = String.raw`(?:=\r?\n|=(?:\\+r)?\\+n)?`;
const LINE_BREAK = String.raw`(?:\r?\n[ \t]*|(?:\\+r)?\\+n)?`;
const HAS_SOFT_BREAK = /=(?:\r?\n|\\+r|\\+n)/;
// Looking back from the break, because breaks are rarer than letters.
const HAS_FOLDED_BASE64 = /[\r\n\\](?<=[A-Za-z0-9+/_-]{20}[\r\n\\])(?:(?<=[\r\n])|\\*[rn])/;
/** Letters are escaped too: without this nobody needs to look for such forms. */
const EVERY_CHARACTER =
  /%(?:25)?[0-9a-f]{2}%(?:25)?[0-9a-f]{2}%|&#x?[0-9a-f]{2,6};&#|\\u\{?[0-9a-f]{2,6}\}?\\+u|=[0-9a-f]{2}=[0-9a-f]{2}=/i;

/** @param values the secrets; @param keep what stays although a secret is in it, where it stands as a word of its own */
export function createSecretMatcher(values: Iterable<string>, keep: Iterable<string> = []): SecretMatcher {
  const secrets = [...new Set(values)].filter((value) => value !== '');
  if (secrets.length === 0) return { mask: (text) => text };
  const forms = [...new Set(secrets.flatMap(usualForms))];
  const kept = [...new Set(keep)].filter(
    (one) => one !== '' && secrets.some((secret) => one.includes(secret)),
  );
  const plain = alternation(forms, kept);
  const loose = secrets
    .flatMap((secret) => [secret, ...stableBase64(secret)])
    .filter((text) => !/^[A-Za-z0-9]*$/.test(text))
    .map((text) => ({ anchor: anchorOf(text), expression: looseForm(text, kept) }));
  const anchors =
    loose.length === 0 ? /$./ : new RegExp([...new Set(loose.map(({ anchor }) => anchor))].join('|'));
  const every = lazily(() => alternation([...new Set(secrets.flatMap(everyCharacterForms))], []));
  const folded = lazily(
    () =>
      new RegExp(
        secrets
          .flatMap(stableBase64)
          .map((base) => broken(base, LINE_BREAK))
          .join('|') || '$.',
        'g',
      ),
  );
  const soft = lazily(() => new RegExp(secrets.map((secret) => broken(secret, SOFT_BREAK)).join('|'), 'g'));
  return {
    mask: (text, mask) => {
      let masked = text.replace(plain, (found) => (kept.includes(found) ? found : mask));
      if (anchors.test(masked)) {
        for (const { anchor, expression } of loose) {
          if (!masked.includes(anchor)) continue;
          masked = masked.replace(expression(), (found) => (kept.includes(found) ? found : mask));
        }
      }
      if (EVERY_CHARACTER.test(masked)) masked = masked.replace(every(), mask);
      if (HAS_SOFT_BREAK.test(masked)) masked = masked.replace(soft(), mask);
      if (HAS_FOLDED_BASE64.test(masked)) masked = masked.replace(folded(), mask);
      return masked;
    },
  };
}

/** One expression for every form, the longest first, so that no form is cut by a shorter one; `kept` only as words. */
function alternation(forms: readonly string[], kept: readonly string[]): RegExp {
  const all = [
    ...forms.map((form) => ({ length: form.length, source: escaped(form), kept: false })),
    ...kept.map((one) => ({
      length: one.length,
      source: wordOf(one),
      kept: true,
    })),
  ];
  all.sort(
    (a, b) => b.length - a.length || Number(b.kept) - Number(a.kept) || (a.source < b.source ? -1 : 1),
  );
  return new RegExp(all.map(({ source }) => source).join('|'), 'g');
}

/** The longest part that encoders leave as it is. */
function anchorOf(text: string): string {
  return (text.match(/[A-Za-z0-9]+/g) ?? ['']).reduce(
    (longest, part) => (part.length > longest.length ? part : longest),
    '',
  );
}

/** Matches a text whose special characters are escaped, each in its own way. */
function looseForm(text: string, kept: readonly string[]): () => RegExp {
  return lazily(() => new RegExp([...kept.map(wordOf), [...text].map(piece).join('')].join('|'), 'g'));
}

function broken(text: string, between: string): string {
  return [...text].map(piece).join(between);
}

function piece(character: string): string {
  if (/^[A-Za-z0-9]$/.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const bytes = [...Buffer.from(character, 'utf8')].map((byte) =>
    anyCase(byte.toString(16).padStart(2, '0')),
  );
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  const forms = [
    character === '\\' ? String.raw`\\+` : String.raw`\\*${escaped(character)}`,
    units.map((unit) => String.raw`\\+u${anyCase(unit.toString(16).padStart(4, '0'))}`).join(''),
    bytes.map((byte) => `%(?:25)*${byte}`).join(''),
    bytes.map((byte) => `=${byte}`).join(''),
    `&(?:amp;)*(?:#0*${code}|#[xX]0*${anyCase(hex)}${ENTITY_NAMES[character] === undefined ? '' : `|${ENTITY_NAMES[character]}`});`,
    ...(code < 256 ? [String.raw`\\+x${anyCase(hex.padStart(2, '0'))}`] : []),
    ...(character === ' ' ? [String.raw`\+|&nbsp;|_`] : []),
    ...(SHORT_ESCAPES[character] === undefined ? [] : [String.raw`\\+${SHORT_ESCAPES[character]}`]),
  ];
  return `(?:${forms.join('|')})`;
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/gi, (digit) => `[${digit.toLowerCase()}${digit.toUpperCase()}]`);
}

function wordOf(text: string): string {
  return `(?<![\\w-])${escaped(text)}(?![\\w-])`;
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
