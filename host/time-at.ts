import http from 'node:http';
import https from 'node:https';
import type { TLSSocket } from 'node:tls';
import { PATIENT_CONNECT } from './http-exchange.ts';

const ASK_MS = 5000;

/** What an address says about time. Milliseconds since 1970. */
export interface TimeThere {
  /** By its `Date` header. */
  readonly now: number;
  /** Of its certificate; undefined without one. */
  readonly validFrom?: number;
  readonly validTo?: number;
}

/**
 * Asks an address what time it is, with a request that carries nothing. Its certificate is not verified: this is asked
 * where it was just refused, and nothing of the answer but the time is used.
 * @param address an IP address that is asked in place of the one that the name resolves to
 * @returns undefined when it does not say
 */
export function timeAt(url: string, address?: string): Promise<TimeThere | undefined> {
  return new Promise((resolve) => {
    const origin = new URL('/', url);
    const options = {
      method: 'HEAD',
      agent: false,
      timeout: ASK_MS,
      ...PATIENT_CONNECT,
      ...askedAt(origin, address),
    } as const;
    const request =
      origin.protocol === 'https:'
        ? https.request(origin, { ...options, rejectUnauthorized: false })
        : http.request(origin, options);
    const end = (time: TimeThere | undefined): void => {
      request.destroy();
      resolve(time);
    };
    request.on('error', () => end(undefined));
    request.on('timeout', () => end(undefined));
    request.on('response', (answer) => {
      // Caches keep the date of the answer that they stored, and say beside it how old that is (RFC 9111, 5.1).
      const ageMs = (Number.parseInt(answer.headers.age ?? '0', 10) || 0) * 1000;
      const now = Date.parse(answer.headers.date ?? '') + ageMs;
      const certificate = (answer.socket as Partial<TLSSocket>).getPeerCertificate?.();
      const validity =
        certificate?.valid_from === undefined
          ? {}
          : { validFrom: Date.parse(certificate.valid_from), validTo: Date.parse(certificate.valid_to) };
      end(Number.isNaN(now) ? undefined : { now, ...validity });
    });
    request.end();
  });
}

/** Options of a request that goes to an IP address under the name of its URL; that of TLS follows the header `host`. */
export function askedAt(url: URL, address: string | undefined): https.RequestOptions {
  return address === undefined ? {} : { hostname: address, headers: { host: url.host } };
}
