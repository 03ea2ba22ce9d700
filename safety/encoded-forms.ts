/**
 * All the ways in which a secret may stand in an output: as it is, and as URLs, forms, JSON, HTML, XML, base64 and
 * hexadecimal write it.
 */
export function encodedForms(secret: string): readonly string[] {
  return [...new Set([...usualForms(secret), ...everyCharacterForms(secret)])];
}

/** Those of encoders that leave letters and digits as they are, and the ones of bytes. */
export function usualForms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const json = inJson(secret);
  const forms = new Set([
    secret,
    json,
    inJson(json),
    inJson(inJson(json)),
    inAscii(json),
    ...percentForms(secret),
    ...markupForms(secret),
    ...markupForms(json),
    ...hexForms(bytes),
    ...base64Forms(bytes),
    ...(json === secret ? [] : base64Forms(Buffer.from(json, 'utf8'))),
  ]);
  return [...forms].filter((form) => form.length > 0);
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** JSON as encoders write it that stay within ASCII. */
function inAscii(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function percentForms(text: string): readonly string[] {
  // Half a surrogate pair has no percent form, and encodeURIComponent throws on it.
  if (Buffer.from(text, 'utf8').toString('utf8') !== text) return [];
  const component = encodeURIComponent(text);
  const strict = component.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  const form = new URLSearchParams([['', text]]).toString().slice(1);
  const upper = [component, strict, form, component.replace(/%20/g, '+'), encodeURI(text)];
  return [...upper, ...upper.map(lowerPercent)];
}

function lowerPercent(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
}

function markupForms(text: string): readonly string[] {
  const basic = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  return [
    basic,
    basic.replace(/"/g, '&quot;'),
    basic.replace(/"/g, '&quot;').replace(/'/g, '&#39;'),
    basic.replace(/"/g, '&quot;').replace(/'/g, '&#x27;'),
    basic.replace(/"/g, '&quot;').replace(/'/g, '&apos;'),
    basic.replace(/"/g, '&#34;').replace(/'/g, '&#39;'),
  ];
}

function hexForms(bytes: Buffer): readonly string[] {
  const hex = bytes.toString('hex');
  // Spaced: how Node prints a Buffer. The others: fingerprints, dumps and arrays of C and JavaScript.
  const separated = [' ', ':', '-', ', 0x', ',0x', '\\x', '\\\\x'].map((between) =>
    hex.replace(/..(?=.)/g, `$&${between}`),
  );
  return [hex, ...separated].flatMap((form) => [
    form,
    form.replace(/[a-f]/g, (digit) => digit.toUpperCase()),
  ]);
}

/** What encoders write that escape every character, letters and digits too. */
export function everyCharacterForms(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const each = (of: (hex: string, code: number) => string): string =>
    [...secret]
      .map((character) => {
        const code = character.codePointAt(0) ?? 0;
        return of(code.toString(16), code);
      })
      .join('');
  const ofBytes = (before: string): string =>
    [...bytes].map((byte) => before + byte.toString(16).padStart(2, '0')).join('');
  const lower = [
    each((hex) => `&#x${hex};`),
    each((hex) => `\\u${hex.padStart(4, '0')}`),
    each((hex) => `\\\\u${hex.padStart(4, '0')}`),
    each((hex) => `\\u{${hex}}`),
    ofBytes('%'),
    ofBytes('%25'),
    ofBytes('='),
  ];
  // Upper-case digits, never the letters before them.
  const upper = lower.map((form) =>
    form.replace(
      /(&#x|\\u\{?|%(?:25(?=[0-9a-f]{2}))?|=)([0-9a-f]+)/g,
      (_all, before: string, hex: string) => before + hex.toUpperCase(),
    ),
  );
  return [each((_hex, code) => `&#${code};`), ...lower, ...upper];
}

/**
 * Base64 of anything that holds the secret holds one of three texts, by where the secret starts in its group of three
 * bytes. The characters at both ends also depend on the neighbours and are left out.
 */
export function stableBase64(secret: string): readonly string[] {
  return base64Of(Buffer.from(secret, 'utf8'));
}

function base64Forms(bytes: Buffer): readonly string[] {
  return base64Of(bytes).flatMap((stable) => [stable, stable.replace(/\+/g, '-').replace(/\//g, '_')]);
}

function base64Of(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const from = offset === 0 ? 0 : offset + 1;
    const wholeSextets = Math.floor(((offset + bytes.length) * 8) / 6);
    const stable = padded.slice(from, wholeSextets);
    // Shorter ones would match by accident; they also carry less than five bytes of the secret.
    return stable.length >= 7 ? [stable] : [];
  });
}
