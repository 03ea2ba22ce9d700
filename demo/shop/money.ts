/** The one currency of the demo shops, as Stripe spells it. */
export const CURRENCY = 'eur';

/** Writes cents for people, without a detour over floating point: `5997` -> `59.97 EUR`. */
export function formatMoney(cents: number): string {
  const sign = cents < 0 ? '-' : '';
  const absolute = Math.abs(cents);
  const rest = String(absolute % 100).padStart(2, '0');
  return `${sign}${Math.trunc(absolute / 100)}.${rest} ${CURRENCY.toUpperCase()}`;
}
