import { randomBytes } from 'node:crypto';

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A random part of an id, of letters and digits only. */
export function randomLetters(length: number): string {
  return Array.from(randomBytes(length), (byte) => LETTERS[byte % LETTERS.length]).join('');
}

/** A fresh id in Stripe's look: `pi_3…`. */
export function newId(prefix: 'pi_3' | 'ch_3' | 're_3' | 'evt_3' | 'we_1' | 'pm_1' | 'req_'): string {
  return `${prefix}${randomLetters(prefix === 'req_' ? 14 : 23)}`;
}

/** Seconds since 1970, as all of Stripe's times. */
export function now(): number {
  return Math.floor(Date.now() / 1000);
}
