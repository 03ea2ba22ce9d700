import { invalidRequest } from './api-error.ts';

/** Smallest charge by currency, in its smallest unit; others need 50. */
const SMALLEST: Readonly<Record<string, number>> = {
  czk: 1500,
  dkk: 250,
  gbp: 30,
  huf: 17_500,
  jpy: 50,
  nok: 300,
  pln: 200,
  sek: 300,
};
const WITHOUT_CENTS = new Set(['jpy', 'krw', 'vnd', 'clp']);
const LARGEST = 99_999_999;

/** @throws ApiError when an amount cannot be charged */
export function checkAmount(amount: number, currency: string): void {
  const param = 'amount';
  if (amount < 1) {
    throw invalidRequest('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param,
    });
  }
  const smallest = SMALLEST[currency] ?? 50;
  if (amount < smallest) {
    throw invalidRequest(`Amount must be at least ${money(smallest, currency)}`, {
      code: 'amount_too_small',
      param,
    });
  }
  if (amount > LARGEST) {
    throw invalidRequest(`Amount must be no more than ${money(LARGEST, currency)}`, {
      code: 'amount_too_large',
      param,
    });
  }
}

/** @throws ApiError unless it is three letters */
export function checkCurrency(given: string): string {
  const currency = given.toLowerCase();
  if (!/^[a-z]{3}$/.test(currency)) {
    throw invalidRequest(`Invalid currency: ${given}. Use a three-letter ISO code.`, { param: 'currency' });
  }
  return currency;
}

export function money(amount: number, currency: string): string {
  const text = WITHOUT_CENTS.has(currency) ? String(amount) : (amount / 100).toFixed(2);
  return `${text} ${currency}`;
}
