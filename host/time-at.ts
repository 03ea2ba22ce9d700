import http from 'node:http';
import https from 'node:https';
import type { TLSSocket } from 'node:tls';

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
 * @returns undefined when it does not say
 */
export function timeAt(url: string): Promise<TimeThere | undefined> {
  return new Promise((resolve) => {
    const options = { method: 'HEAD', agent: false, timeout: ASK_MS } as const;
    const origin = new URL('/', url);
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
      const now = Date.parse(answer.headers.date ?? '');
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
