import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** Answers one request with whatever it likes, byte by byte. */
export type Behaviour = (socket: Socket, request: { readonly number: number; readonly head: string }) => void;

const JSON_BODY = Buffer.from('{"ok":true,"items":[1,2,3]}');

/** A whole answer with the right length. */
export function answer(
  status: string,
  headers: Readonly<Record<string, string | number>>,
  body: Buffer | string = '',
): Buffer {
  const bytes = Buffer.from(body);
  const lines = Object.entries({ 'content-length': bytes.length, ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  );
  return Buffer.concat([Buffer.from([`HTTP/1.1 ${status}`, ...lines, '', ''].join('\r\n')), bytes]);
}

const says = (
  status: string,
  headers: Readonly<Record<string, string | number>>,
  body: Buffer | string = '',
): Behaviour => {
  const bytes = answer(status, headers, body);
  return (socket) => socket.write(bytes);
};
const saysAndEnds =
  (bytes: Buffer | string): Behaviour =>
  (socket) =>
    socket.end(bytes);
const json = { 'content-type': 'application/json' };

/** Servers as they are met: those that are fine, odd and fine, broken, and those that are not the product at all. */
export const BEHAVIOURS = {
  'sound JSON': says('200 OK', json, JSON_BODY),
  gzip: says('200 OK', { ...json, 'content-encoding': 'gzip' }, gzipSync(JSON_BODY)),
  brotli: says('200 OK', { ...json, 'content-encoding': 'br' }, brotliCompressSync(JSON_BODY)),
  'a byte order mark': says('200 OK', json, Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), JSON_BODY])),
  'no body that says JSON': says('200 OK', json),
  'no length': saysAndEnds(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n${JSON_BODY.toString()}`,
  ),
  'gzip that is none': says('200 OK', { ...json, 'content-encoding': 'gzip' }, JSON_BODY),
  'half of gzip': says(
    '200 OK',
    { ...json, 'content-encoding': 'gzip' },
    gzipSync(Buffer.alloc(5000, 'ab')).subarray(0, 20),
  ),
  'half of brotli': says(
    '200 OK',
    { ...json, 'content-encoding': 'br' },
    brotliCompressSync(JSON_BODY).subarray(0, 9),
  ),
  'JSON cut short': says('200 OK', json, '{"ok":true,"items":[1,2'),
  'HTML that says JSON': says('200 OK', json, '<html>oops</html>'),
  'JSON that is not UTF-8': says('200 OK', json, Buffer.from('{"name":"Zo\xeb"}', 'latin1')),
  'text that is not its charset': says(
    '200 OK',
    { 'content-type': 'text/plain; charset=utf-8' },
    Buffer.from('Zo\xeb', 'latin1'),
  ),
  'less than its length': saysAndEnds(
    'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 100\r\n\r\nhalf',
  ),
  'chunks without an end': saysAndEnds(
    'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n',
  ),
  'not HTTP': saysAndEnds('SSH-2.0-OpenSSH_9.6\r\n'),
  'closed at once': (socket) => socket.destroy(),
  silent: () => undefined,
  'headers without an end': says('200 OK', { 'x-large': 'x'.repeat(40_000) }, 'ok'),
  'a broken server': says('500 Internal Server Error', { 'content-type': 'text/plain' }, 'broken'),
  'an overloaded server': says('503 Service Unavailable', { 'content-type': 'text/plain' }, 'broken'),
  'a limit for a moment': (socket, { number }) =>
    socket.write(
      number === 1
        ? answer('429 Too Many Requests', { 'retry-after': 0 })
        : answer('200 OK', json, JSON_BODY),
    ),
  'a limit that stays': says('429 Too Many Requests', { 'retry-after': 0 }),
  'a limit for an hour': says('503 Service Unavailable', { 'retry-after': 3600 }),
  'a limit without a time': says('429 Too Many Requests', {}),
  'a challenge of Cloudflare': says(
    '403 Forbidden',
    { 'cf-mitigated': 'challenge', 'content-type': 'text/html' },
    '<title>Just a moment...</title>',
  ),
  'a page of Imperva': says(
    '200 OK',
    { 'content-type': 'text/html' },
    'Request unsuccessful. Incapsula incident ID: 5-9',
  ),
  'a captive portal': says('511 Network Authentication Required', {}, 'log in'),
  'refused credentials': says('403 Forbidden', json, '{"error":"no"}'),
} as const satisfies Readonly<Record<string, Behaviour>>;
export type BehaviourName = keyof typeof BEHAVIOURS;

/** Serves behaviours, one per path: `/gzip`, `/a%20limit%20that%20stays`. Counts requests per path. */
export async function serveOddly(): Promise<{
  readonly base: string;
  readonly seen: Map<string, number>;
  close(): Promise<void>;
}> {
  const sockets = new Set<Socket>();
  const seen = new Map<string, number>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    let head = '';
    socket.on('data', (chunk) => {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      const [, target = '/'] = head.split(' ');
      const name = decodeURIComponent(target.slice(1).split('?')[0] ?? '');
      const number = (seen.get(name) ?? 0) + 1;
      seen.set(name, number);
      const request = { number, head };
      head = '';
      const behaviour = (BEHAVIOURS as Readonly<Record<string, Behaviour>>)[name];
      if (behaviour === undefined) socket.write(answer('404 Not Found', {}));
      else behaviour(socket, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: async () => {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}

export const pathOf = (name: BehaviourName): string => `/${encodeURIComponent(name)}`;
