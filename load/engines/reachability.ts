import net from 'node:net';
import tls from 'node:tls';
import { ownLimit } from './own-limits.ts';

/**
 * Opens one verified connection to an origin before load is made. autocannon never verifies a certificate, and against
 * a dead port it would reconnect thousands of times a second and report a latency of 0.
 * @param timeoutMs the connection must stand by then
 * @throws Error when our own machine could not even try
 * @returns undefined when it can be reached and trusted, else why not, in words
 */
export async function unreachableBecause(origin: string, timeoutMs: number): Promise<string | undefined> {
  const url = new URL(origin);
  const secure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || (secure ? 443 : 80));
  return new Promise((resolve, reject) => {
    const socket = secure
      ? tls.connect({ host, port, ...(net.isIP(host) ? {} : { servername: host }) })
      : net.connect({ host, port });
    const end = (reason: string | undefined): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reason);
    };
    const timer = setTimeout(
      () => end(`ETIMEDOUT: ${url.host} took no connection within ${timeoutMs} ms`),
      timeoutMs,
    );
    socket.once(secure ? 'secureConnect' : 'connect', () => end(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const own = ownLimit(error);
      if (own !== undefined) reject(new Error(own));
      end(`${error.code ?? error.name}: ${error.message || `no connection to ${url.host}`}`);
    });
  });
}
