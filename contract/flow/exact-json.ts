/**
 * JSON without loss: JavaScript's own reader makes 9007199254740992 of 9007199254740993, and Infinity of 1e400. Portable:
 * no Node API, and no work where no number is that long.
 */

/** A decimal that equals no JavaScript number: its digits without zeros at the ends, and the power of ten behind them. */
export class ExactNumber {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toJSON(): string {
    return this.text;
  }
}

/** Only numbers so long, or with an exponent, can be more than a JavaScript number holds. */
const MAY_LOSE = /\d[\d.]{15}|\d[eE][+-]?\d/;
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Longer ones are nobody's identity, and take long to read. */
const MOST_DIGITS = 4000;

/**
 * Reads JSON for flows. Integers beyond 2^53 come back as `bigint`, so that an identity is the one that was sent; all
 * other numbers as JavaScript has them.
 * @throws SyntaxError when the text is not JSON
 */
export function parseJson(text: string): unknown {
  return parse(text, (token) =>
    /^-?\d+$/.test(token) && token.length <= MOST_DIGITS && !Number.isSafeInteger(Number(token))
      ? BigInt(token)
      : Number(token),
  );
}

/**
 * Reads JSON for comparisons: results are equal where the decimals are, whatever their notation (`1.0` is `1`, and
 * `1e400` is not `2e400`).
 * @throws SyntaxError when the text is not JSON
 */
export function parseJsonExactly(text: string): unknown {
  return parse(text, (token) => {
    const value = Number(token);
    const exact = canonicalDecimal(token);
    return Number.isFinite(value) && canonicalDecimal(String(value)) === exact
      ? value
      : new ExactNumber(exact);
  });
}

/** Writes JSON with the digits of a `bigint` as a number; undefined for what JSON has no word for. */
export function writeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // The language refuses a bigint; asking for each member beforehand would cost time under load.
    if (!(error instanceof TypeError) || !/bigint/i.test(error.message)) throw error;
  }
  const mark = newMark();
  const text = JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'bigint' ? `${mark}${member}` : member,
  );
  return text.replace(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1');
}

function parse(text: string, read: (token: string) => unknown): unknown {
  const plain = JSON.parse(text) as unknown;
  if (!MAY_LOSE.test(text)) return plain;
  const mark = newMark();
  let marked = false;
  const rewritten = text.replace(TOKEN, (token) => {
    if (token.startsWith('"') || typeof read(token) === 'number') return token;
    marked = true;
    return `"${mark}${token}"`;
  });
  if (!marked) return plain;
  return JSON.parse(rewritten, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? read(value.slice(mark.length)) : value,
  ) as unknown;
}

/** Nobody can send what nobody can guess. */
function newMark(): string {
  return `exact-number-${Math.random().toString(36).slice(2)}:`;
}

/** `12.50e3` as `125e2`, `-0.0` as `0`. */
function canonicalDecimal(token: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const short = digits.replace(/0+$/, '');
  if (short === '') return '0';
  return `${sign}${short}e${Number(exponent) - fraction.length + digits.length - short.length}`;
}
