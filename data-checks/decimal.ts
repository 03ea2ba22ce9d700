/**
 * One spelling for a decimal number given as text: `1.50` and `1.5` are the same sum, `1e3` and `NaN` stay as they are.
 */
export function canonicalDecimal(text: string): string {
  const match = /^([+-]?)0*(\d+)(?:\.(\d+))?$/.exec(text.trim());
  if (!match) return text;
  const [, sign, whole = '0', fraction = ''] = match;
  const digits = fraction.replace(/0+$/, '');
  const value = digits === '' ? whole : `${whole}.${digits}`;
  return sign === '-' && value !== '0' ? `-${value}` : value;
}
