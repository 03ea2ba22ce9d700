import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import type { BoundedStore } from './bounded-store.ts';
import { createIntake, type Intake } from './intake.ts';
import { listenOn, type Listening } from './listen-on.ts';
import type { Arrival, StoredWebhook } from './received.ts';

export interface WebhookReceiverOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly store: BoundedStore<StoredWebhook>;
  /** In bytes. */
  readonly limits: { readonly message: number; readonly together: number };
  readonly onArrival: (arrival: Arrival) => void;
}

/** They bring nothing: a browser, or a health check of something in between. */
const LOOKING: readonly (string | undefined)[] = ['GET', 'HEAD', 'OPTIONS'];

/**
 * An HTTP server that takes every delivery, whatever its path, and answers 200. Signatures are not checked: they are kept
 * with the headers. @throws whatever `listen` throws
 */
export async function startWebhookReceiver(options: WebhookReceiverOptions): Promise<Listening> {
  const intake = createIntake(options.limits);
  const server = createServer((request, response) => {
    if (LOOKING.includes(request.method))
      return send(response, 200, 'A webhook receiver of `greenlight sink`: send a POST.\n');
    receive(request, response, intake, options).catch((error: unknown) => {
      refuse(response, options, 500, error instanceof Error ? error.message : String(error));
    });
  });
  // What Node refuses by itself (headers that are too large) is no fault of the sender either.
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code?.startsWith('HPE_') === true) {
      options.store.missed();
      options.onArrival({
        what: 'refused',
        at: new Date().toISOString(),
        kind: 'webhook',
        reason: `Not read as HTTP: ${error.code}`,
      });
    }
    if (socket.writable)
      socket.end(`HTTP/1.1 ${error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400} Refused\r\n\r\n`);
    else socket.destroy();
  });
  const { port } = await listenOn(server, options.port, options.host);
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  intake: Intake,
  options: WebhookReceiverOptions,
): Promise<void> {
  const parcel = intake.begin();
  try {
    for await (const chunk of request) parcel.take(chunk as Buffer);
  } catch {
    // It hung up in the middle, so nobody believes that it was delivered.
    parcel.abandon();
    return;
  }
  const raw = parcel.end();
  const { message } = options.limits;
  if (raw === undefined)
    return refuse(response, options, 413, `More than ${message} bytes, or too much at once`);
  const body = await decompressed(raw, request.headers['content-encoding'], message);
  if (body === undefined)
    return refuse(response, options, 415, 'Its body is not compressed as its headers say');
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const stored: StoredWebhook = {
    id: randomUUID(),
    method: request.method ?? '',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    headers: headersOf(request),
    text: body.toString('utf8'),
    receivedAt: new Date().toISOString(),
  };
  options.store.add(stored, body.length);
  const { receivedAt: at, method, path } = stored;
  options.onArrival({ what: 'webhook', at, method, path, bytes: raw.length });
  send(response, 200, `${JSON.stringify({ received: stored.id })}\n`, 'application/json');
}

/** Our limits are no fault of the sender: that something came and is not here must be known. */
function refuse(
  response: ServerResponse,
  { store, onArrival }: WebhookReceiverOptions,
  status: number,
  reason: string,
): void {
  store.missed();
  onArrival({ what: 'refused', at: new Date().toISOString(), kind: 'webhook', reason });
  send(response, status, `${reason}\n`);
}

function send(response: ServerResponse, status: number, text: string, type = 'text/plain'): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(text);
}

const DECOMPRESS: Readonly<
  Record<string, (raw: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>
> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

async function decompressed(raw: Buffer, encoding = 'identity', limit: number): Promise<Buffer | undefined> {
  const name = encoding.trim().toLowerCase();
  if (name === 'identity' || name === '') return raw;
  const decompress = Object.hasOwn(DECOMPRESS, name) ? DECOMPRESS[name] : undefined;
  try {
    // A few bytes may be many once they are unpacked.
    return await decompress?.(raw, { maxOutputLength: limit });
  } catch {
    return undefined;
  }
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}
