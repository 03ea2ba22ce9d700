import type { EventId } from './table.ts';

/** The numbers under which k6 tells how a request ended without an answer that can be read. */
const K6_CODES: Readonly<Record<number, EventId>> = {
  1050: 'timeout',
  1100: 'resolver-silent',
  1101: 'unresolved',
  1200: 'reset',
  1201: 'reset',
  1202: 'reset',
  1210: 'refused',
  1211: 'timeout',
  1212: 'refused',
  // No file descriptors, local ports or buffers are left, or no route: k6 names these no further.
  1213: 'own-sockets',
  1220: 'reset',
  1300: 'tls-broken',
  1301: 'tls-broken',
  1310: 'certificate-untrusted',
  1311: 'certificate-of-another-host',
  1701: 'body-undecodable',
};
/** k6's code for an answer is its status plus this; 400 to 599 only. */
const STATUS_OFFSET = 1000;

/** What ended a request of k6, by its code. 0 and codes of answers are no event here. */
export function eventOfK6(code: number): EventId | undefined {
  if (code === 0 || statusOfK6(code) !== undefined) return undefined;
  return K6_CODES[code] ?? 'reset';
}

/** The status of an answer, where k6's code is that of one. */
export function statusOfK6(code: number): number | undefined {
  const status = code - STATUS_OFFSET;
  return status >= 400 && status <= 599 ? status : undefined;
}
