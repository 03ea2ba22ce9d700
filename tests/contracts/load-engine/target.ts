import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FakeTarget {
  readonly url: string;
  readonly requests: { method: string; url: string; body: string; headers: http.IncomingHttpHeaders }[];
  /** Requests that have arrived, also when they are not kept. */
  count(): number;
  close(): Promise<void>;
}

type Answer = (
  request: http.IncomingMessage,
  response: http.ServerResponse,
  index: number,
  body: string,
) => void;

/** A server in this process that answers as told. `keep` remembers every request. */
export async function startTarget(
  answer: Answer,
  options: { keep?: boolean; tls?: boolean } = {},
): Promise<FakeTarget> {
  const requests: FakeTarget['requests'] = [];
  let count = 0;
  const listener: http.RequestListener = (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      count += 1;
      const { method = '', url = '', headers } = request;
      if (options.keep === true) requests.push({ method, url, body, headers });
      answer(request, response, count, body);
    });
  };
  const server =
    options.tls === true ? https.createServer(selfSigned(), listener) : http.createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${options.tls === true ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    count: () => count,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A certificate that nobody vouches for. */
function selfSigned(): { key: Buffer; cert: Buffer } {
  const directory = mkdtempSync(join(tmpdir(), 'greenlight-tls-'));
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-keyout', key, '-out', cert, ...subject],
    { stdio: 'ignore' },
  );
  const made = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(directory, { recursive: true });
  return made;
}
