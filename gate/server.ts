import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Audit } from './audit.ts';
import type { Callbacks } from './callbacks.ts';
import { type GateResponse, json, refusal } from './response.ts';
import type { Gate } from './gate.ts';
import { oneLine } from './one-line.ts';
import { ROUTES } from './mechanisms/index.ts';
import { createRateLimit } from './rate-limit.ts';
import { readBody } from './read-body.ts';
import { questionOfQuery } from './question.ts';
import { answerRunRequest, isRunPath, RUNS } from './run-routes.ts';
import type { Runs } from './runs.ts';
import type { TokenKeeper, TokenOwner } from './tokens.ts';

const MOST_BODY = 16 * 1024;
const MOST_URL = 4096;
const MOST_HEADERS = 16 * 1024;
const MOST_CONNECTIONS = 500;
/** So that one address cannot hold all of them; a proxy has to share these among its clients. */
const MOST_CONNECTIONS_OF_ONE = 200;
/** How long the headers of a request may take to come in. */
const HEADERS_MS = 5000;
/** How long open requests may go on when the gate is stopped. */
const STOP_MS = 5000;

/** Not JSON that any consumer takes for a verdict. */
const HEALTH = '/healthz';

export interface ServerOptions {
  readonly gate: Gate;
  readonly audit: Audit;
  /** Undefined: anybody may ask, which is for loopback only. */
  readonly tokens: TokenKeeper | undefined;
  /** Undefined: this gate starts no runs. */
  readonly runs?: Runs;
  /** Without any, this gate calls nobody back. */
  readonly callbacks?: readonly Callbacks[];
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Requests per minute and address. */
  readonly perMinute: number;
  /** Milliseconds for the headers of a request; twice that for all of it. */
  readonly headersMs?: number;
  /** PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

export interface GateServer {
  readonly url: string;
  /** Takes no more connections and waits a moment for open requests. */
  close(): Promise<void>;
}

/**
 * Listens for questions.
 * @throws the system's error when it cannot
 */
export async function startGateServer(options: ServerOptions): Promise<GateServer> {
  const respond = createResponder(options);
  const listener: RequestListener = (request, response) => {
    void respond(request).then(({ status, headers, body }) => {
      // Nothing that was not read may be taken for the next request.
      if (!request.complete) response.setHeader('connection', 'close');
      response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) });
      response.end(request.method === 'HEAD' ? '' : body);
    });
  };
  const { headersMs = HEADERS_MS } = options;
  const limits = {
    maxHeaderSize: MOST_HEADERS,
    insecureHTTPParser: false,
    // Node looks every 30 seconds by itself, and lets half a request live that long.
    connectionsCheckingInterval: Math.min(1000, headersMs),
  } as const;
  const server: Server =
    options.tls === undefined
      ? createServer(limits, listener)
      : createTlsServer({ ...limits, ...options.tls, minVersion: 'TLSv1.2' }, listener);
  server.headersTimeout = headersMs;
  server.requestTimeout = headersMs * 2;
  server.keepAliveTimeout = 5000;
  server.timeout = 30_000;
  server.maxHeadersCount = 64;
  server.maxRequestsPerSocket = 1000;
  server.maxConnections = MOST_CONNECTIONS;
  limitConnectionsOfOne(server);
  server.on('clientError', (_error, socket) => {
    // What is not HTTP gets an answer that is no verdict in any dialect.
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => options.audit({ event: 'fault', what: error.message }));
  return { url: urlOf(server, options), close: () => closeServer(server) };
}

function limitConnectionsOfOne(server: Server): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const from = socket.remoteAddress ?? 'unknown';
    const count = (open.get(from) ?? 0) + 1;
    open.set(from, count);
    socket.once('close', () => {
      const left = (open.get(from) ?? 1) - 1;
      if (left === 0) open.delete(from);
      else open.set(from, left);
    });
    if (count > MOST_CONNECTIONS_OF_ONE) socket.destroy();
  });
}

/** From a request to an answer; never throws. */
function createResponder(options: ServerOptions): (request: IncomingMessage) => Promise<GateResponse> {
  const mayAsk = createRateLimit(options.perMinute);
  return async (request) => {
    try {
      const from = request.socket.remoteAddress ?? 'unknown';
      if (!mayAsk(from, performance.now())) return refusal(429, 'too many requests', { 'retry-after': '10' });
      return await answerRequest(request, from, options);
    } catch (error) {
      try {
        options.audit({ event: 'fault', what: error instanceof Error ? error.message : String(error) });
      } catch {
        // The answer below says no already.
        return refusal(503, 'the gate failed');
      }
      return refusal(500, 'the gate failed');
    }
  };
}

async function answerRequest(
  request: IncomingMessage,
  from: string,
  options: ServerOptions,
): Promise<GateResponse> {
  const url = request.url ?? '';
  if (url.length > MOST_URL) return refusal(414, 'the address is too long');
  const cut = url.indexOf('?');
  const path = cut === -1 ? url : url.slice(0, cut);
  if (path === HEALTH && request.method === 'GET') return json(200, { gate: 'listening' });
  // Compared as it stands: `..`, doubled slashes and encoded letters lead nowhere.
  if (isRunPath(path) && options.runs !== undefined) {
    return answerAboutRuns(request, path, from, options, options.runs);
  }
  const query = cut === -1 ? '' : url.slice(cut + 1);
  const callbacks = options.callbacks?.find((one) => one.path === path);
  if (callbacks !== undefined) return takeCheck(request, query, from, options, callbacks);
  const route = ROUTES.find((one) => one.path === path);
  if (route === undefined) return refusal(404, 'there is nothing here');
  if (!route.methods.includes(request.method ?? '')) {
    return refusal(405, 'wrong method', { allow: route.methods.join(', ') });
  }
  const body = await readBody(request, MOST_BODY);
  if (body === undefined) return refusal(413, 'the body is too long');
  const { asked, token } = route.question(query, body);
  const owner = ownerOf(request, token, options.tokens);
  if (owner === undefined) return withoutToken(path, from, options);
  return options.gate.answer({ route, asked, by: owner?.name ?? null, from });
}

async function takeCheck(
  request: IncomingMessage,
  query: string,
  from: string,
  options: ServerOptions,
  callbacks: Callbacks,
): Promise<GateResponse> {
  if (request.method !== 'POST') return refusal(405, 'wrong method', { allow: 'POST' });
  // Not needed, but what stays unread costs the connection.
  if ((await readBody(request, MOST_BODY)) === undefined) return refusal(413, 'the body is too long');
  const owner = ownerOf(request, undefined, options.tokens);
  if (owner === undefined) return withoutToken(callbacks.path, from, options);
  const asked = questionOfQuery(new URLSearchParams(query));
  return callbacks.take({ headers: request.headers, asked, by: owner?.name ?? null, from });
}

async function answerAboutRuns(
  request: IncomingMessage,
  path: string,
  from: string,
  options: ServerOptions,
  runs: Runs,
): Promise<GateResponse> {
  // Never without a token: a page in a browser on this machine could start runs as well.
  const owner = ownerOf(request, undefined, options.tokens);
  if (owner === undefined || owner === null) return withoutToken(RUNS, from, options);
  const body = await readBody(request, MOST_BODY);
  if (body === undefined) return refusal(413, 'the body is too long');
  const { method = '', headers } = request;
  const response = await answerRunRequest(
    {
      method,
      path,
      contentType: headers['content-type'],
      idempotencyKey: headers['idempotency-key']?.toString(),
      body,
      owner,
    },
    runs,
    options.gate,
  );
  options.audit({
    event: 'runs',
    method,
    route: oneLine(path, 100),
    status: response.status,
    by: owner.name,
    from,
  });
  return response;
}

function withoutToken(route: string, from: string, options: ServerOptions): GateResponse {
  options.audit({ event: 'refused', route, why: 'no valid token', from });
  return refusal(401, 'a bearer token is needed', { 'www-authenticate': 'Bearer' });
}

/** Null where no token is needed, undefined when the one that is needed is not there. */
function ownerOf(
  request: IncomingMessage,
  inBody: string | undefined,
  tokens: TokenKeeper | undefined,
): TokenOwner | null | undefined {
  if (tokens === undefined) return null;
  const [, inHeader] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const token = inHeader ?? inBody;
  return token === undefined ? undefined : tokens.ownerOf(token);
}

function urlOf(server: Server, { tls, host }: ServerOptions): string {
  const { port, address } = server.address() as AddressInfo;
  const shown = host.includes(':') ? `[${address}]` : host;
  return `${tls === undefined ? 'http' : 'https'}://${shown}:${port}`;
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), STOP_MS);
  await closed;
  clearTimeout(timer);
}
