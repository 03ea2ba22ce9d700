import net from 'node:net';
import tls from 'node:tls';
import { eventOfText } from '../../contract/events/codes.ts';
import { TargetUnreachable } from '../../contract/ports/application.ts';
import { PATIENT_CONNECT, textOf } from '../../host/http-exchange.ts';

/** Where a certificate is shown. */
export interface TlsPlace {
  /** The name that is asked for and verified. */
  readonly host: string;
  readonly port: number;
  /** An address, of IP or by name, that is asked in place of the one that the name resolves to. */
  readonly address?: string | undefined;
  /** The same as a URL. */
  readonly url: string;
}

/** How hands are shaken. */
export interface Manners {
  /** PEM of the CAs that are trusted; default: Node's own store and NODE_EXTRA_CA_CERTS. */
  readonly trust?: string | undefined;
  /** Offers nothing newer, and the ciphers of such old times: only to see what a server takes. */
  readonly newest?: tls.SecureVersion;
}

/** What a server showed. */
export interface Handshake {
  /** `TLSv1.3` */
  readonly protocol: string;
  readonly certificate: tls.PeerCertificate;
  /** Why the chain is not trusted, as the code of Node or in words; the name is not looked at. */
  readonly distrust: string | undefined;
}

/**
 * Shakes hands with a server, and hangs up. Nothing is sent, and a certificate is no reason to stop.
 * @throws TargetUnreachable when no secure connection was made
 */
export function shakeHands(place: TlsPlace, budgetMs: number, manners: Manners = {}): Promise<Handshake> {
  const { host, port, address, url } = place;
  return new Promise((resolve, reject) => {
    const socket = tls.connect({
      host: address ?? host,
      port,
      ...PATIENT_CONNECT,
      ...(net.isIP(host) === 0 ? { servername: host } : {}),
      rejectUnauthorized: false,
      // The name is compared afterwards: here it would hide behind what is wrong with the chain.
      checkServerIdentity: () => undefined,
      ...(manners.trust === undefined ? {} : { ca: manners.trust }),
      // OpenSSL has no cipher for versions before 1.2 at its usual level.
      ...(manners.newest === undefined
        ? {}
        : { minVersion: 'TLSv1', maxVersion: manners.newest, ciphers: 'DEFAULT@SECLEVEL=0' }),
    });
    const fail = (event: ReturnType<typeof eventOfText>, text: string): void => {
      clearTimeout(timer);
      socket.destroy();
      const message = `${url}: ${text}`;
      reject(
        event === undefined ? new Error(message) : new TargetUnreachable(event, message, { url, address }),
      );
    };
    const timer = setTimeout(
      () => fail('timeout', `no secure connection within ${Math.round(budgetMs)} ms`),
      budgetMs,
    );
    socket.on('error', (error: Error) => fail(eventOfText(textOf(error)), textOf(error)));
    // A server that hangs up in the middle of the handshake may do so without an error.
    socket.on('close', () => fail('reset', 'the connection was closed before it was secure'));
    socket.on('secureConnect', () => {
      clearTimeout(timer);
      const certificate = socket.getPeerCertificate();
      const protocol = socket.getProtocol() ?? 'none';
      // Node's types say that this is an error; it is a code, or the text of one.
      const distrust = socket.authorized ? undefined : String(socket.authorizationError);
      socket.destroy();
      resolve({ protocol, certificate, distrust });
    });
  });
}
