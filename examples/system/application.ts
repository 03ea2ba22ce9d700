import {
  createServer as createPlain,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import { createServer as createSecure } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SystemState } from './state.ts';

/** What a route sees of a request. */
export interface Asked {
  readonly headers: IncomingMessage['headers'];
  readonly query: URLSearchParams;
  /** Values of the `:names` of the path. */
  readonly params: Readonly<Record<string, string>>;
  /** The body as JSON or form; empty where there is none. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Reply {
  readonly status: number;
  readonly json?: unknown;
  readonly html?: string;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** `/api/orders/:id` */
  readonly path: string;
  readonly answer: (asked: Asked, state: SystemState) => Reply | Promise<Reply>;
}

export interface Tls {
  readonly key: string;
  readonly cert: string;
}

/** A stand-in of a system that runs. */
export interface Application {
  readonly url: string;
  readonly port: number;
  readonly state: SystemState;
  /** Shows another certificate from the next connection on. */
  showCertificate(tls: Tls): void;
  close(): Promise<void>;
}

/**
 * Starts a stand-in of a system on a port of loopback: the routes are what the example says, and the state is what its
 * faults change.
 */
export async function startApplication(options: {
  readonly routes: readonly Route[];
  readonly state: SystemState;
  readonly tls?: Tls;
  /** As certificates name it; default 127.0.0.1. */
  readonly host?: string;
}): Promise<Application> {
  const { routes, state, tls, host = '127.0.0.1' } = options;
  const seen = new Map<string, number[]>();
  const listener: RequestListener = (request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://stand-in');
      const reply = await answer({ request, url, routes, state, seen });
      state.answered.set(reply.status, (state.answered.get(reply.status) ?? 0) + 1);
      const [type, body] = bodyOf(reply);
      response
        .writeHead(reply.status, {
          ...(type === undefined ? {} : { 'content-type': type }),
          'cache-control': 'no-store',
          ...state.headers,
          ...reply.headers,
        })
        .end(body);
    })().catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
    });
  };
  const server = tls === undefined ? createPlain(listener) : createSecure({ ...tls }, listener);
  await listen(server);
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host}:${port}`,
    port,
    state,
    showCertificate: (other) => {
      if ('setSecureContext' in server) server.setSecureContext({ ...other });
      // Kept connections would go on with the certificate that they were made with.
      server.closeIdleConnections();
    },
    close: () => closeServer(server),
  };
}

/** The http address beside an https one. `redirects` is state: a fault may switch it off. */
export interface PlainDoor {
  readonly url: string;
  redirects: boolean;
  close(): Promise<void>;
}

export async function startPlainDoor(to: string): Promise<PlainDoor> {
  const server = createPlain((request, response) => {
    if (door.redirects) response.writeHead(308, { location: `${to}${request.url ?? '/'}` }).end();
    else response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>over http</h1>');
  });
  await listen(server);
  const door: PlainDoor = {
    url: `http://${new URL(to).hostname}:${(server.address() as AddressInfo).port}`,
    redirects: true,
    close: () => closeServer(server),
  };
  return door;
}

async function listen(server: Server): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

async function answer(about: {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly routes: readonly Route[];
  readonly state: SystemState;
  readonly seen: Map<string, number[]>;
}): Promise<Reply> {
  const { request, url, routes, state, seen } = about;
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
  const body = await readBody(request);
  const limited = overLimit(url.pathname, state, seen);
  if (limited !== undefined) return limited;
  if (state.delayMs > 0) await sleep(state.delayMs);
  const instead = [...state.instead].find(([place]) => `${method} ${url.pathname}`.startsWith(place))?.[1];
  if (instead?.delayMs !== undefined) await sleep(instead.delayMs);
  if (instead?.status !== undefined)
    return { status: instead.status, text: instead.body ?? 'out of order', headers: instead.headers ?? {} };
  for (const route of routes) {
    const params = route.method === method ? paramsOf(route.path, url.pathname) : undefined;
    if (params === undefined) continue;
    const reply = await route.answer(
      { headers: request.headers, query: url.searchParams, params, body },
      state,
    );
    return { ...reply, headers: { ...reply.headers, ...instead?.headers } };
  }
  return { status: 404, json: { error: 'not found' } };
}

function overLimit(path: string, state: SystemState, seen: Map<string, number[]>): Reply | undefined {
  const found = [...state.limits].find(([place]) => path.startsWith(place));
  if (found === undefined) return undefined;
  const [place, { requests, seconds }] = found;
  const since = Date.now() - seconds * 1000;
  const recent = (seen.get(place) ?? []).filter((at) => at > since);
  if (recent.length < requests) {
    seen.set(place, [...recent, Date.now()]);
    return undefined;
  }
  const waitS = Math.max(1, Math.ceil(((recent[0] ?? 0) - since) / 1000));
  return { status: 429, json: { error: 'too many requests' }, headers: { 'retry-after': String(waitS) } };
}

function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return undefined;
  }
  return params;
}

async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  let text = '';
  for await (const part of request) text += String(part);
  if (text === '') return {};
  if (request.headers['content-type']?.includes('x-www-form-urlencoded') === true)
    return Object.fromEntries(new URLSearchParams(text));
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    // Not JSON: as good as nothing, for a stand-in.
    return {};
  }
}

function bodyOf({ json, html, text }: Reply): [type: string | undefined, body: string] {
  if (json !== undefined) return ['application/json', JSON.stringify(json)];
  if (html !== undefined) return ['text/html; charset=utf-8', html];
  return [text === undefined ? undefined : 'text/plain; charset=utf-8', text ?? ''];
}
