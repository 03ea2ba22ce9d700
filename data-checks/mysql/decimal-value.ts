import { canonicalDecimal } from '../decimal.ts';

/** Exponents beyond this are no numbers that a column of decimals can hold. */
const MOST_EXPONENT = 10_000;

/** One spelling for each decimal number, written with an exponent or without: `1.50`, `15e-1`. Undefined: no number. */
export function decimalOf(text: string): string | undefined {
  const match = /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text.trim());
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const shift = Number(exponent);
  if (shift === 0) return canonicalDecimal(`${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`);
  if (Math.abs(shift) > MOST_EXPONENT) return undefined;
  const digits = `${whole}${fraction}`;
  const point = whole.length + shift;
  const plain =
    point <= 0
      ? `0.${'0'.repeat(-point)}${digits}`
      : point >= digits.length
        ? digits.padEnd(point, '0')
        : `${digits.slice(0, point)}.${digits.slice(point)}`;
  return canonicalDecimal(`${sign}${plain}`);
}
