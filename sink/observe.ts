import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Mail } from '../contract/ports/mailbox.ts';
import type { BoundedStore } from './bounded-store.ts';
import { listenOn, type Listening } from './listen-on.ts';
import { mentions } from './mentions.ts';
import type { StoredWebhook } from './received.ts';

/** How a sink names itself in its health document. */
export const SINK = { name: 'Greenlight sink', version: '1' } as const;

export interface ObserveOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Asked for by every route but the health document; undefined: by none. */
  readonly token: string | undefined;
  readonly mails: BoundedStore<Mail>;
  readonly webhooks: BoundedStore<StoredWebhook>;
  /** Further routes, such as a switch of faults. */
  readonly more?: Readonly<Record<string, Route>>;
}

/** What a route answers; its body is JSON. */
export interface Answered {
  readonly status: number;
  readonly body: unknown;
}
export type Route = (query: URLSearchParams, json: () => Promise<unknown>) => Answered | Promise<Answered>;

/** An empty one would be in every address. */
const Removal = z.strictObject({ mark: z.string().min(4) });
const LONGEST_BODY = 64 * 1024;

/** Where checks read what has arrived. @throws whatever `listen` throws */
export async function startObserve(options: ObserveOptions): Promise<Listening> {
  const routes = routesOf(options);
  const server = createServer((request, response) => {
    answer(request, options.token, routes).then(
      ({ status, body }) => send(response, status, body),
      (error: unknown) =>
        send(response, 400, { error: error instanceof Error ? error.message : String(error) }),
    );
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

function routesOf({ mails, webhooks, more }: ObserveOptions): Readonly<Record<string, Route>> {
  const ok = (body: unknown): Answered => ({ status: 200, body });
  return {
    'GET /healthz': () => ok({ status: 'ok', ...SINK, mails: mails.counts(), webhooks: webhooks.counts() }),
    'GET /messages': (query) => {
      const to = query.get('to')?.toLowerCase();
      const all = mails.newestFirst();
      return ok(
        to === undefined ? all : all.filter((mail) => mail.to.some((one) => one.toLowerCase() === to)),
      );
    },
    'POST /messages/remove': async (_query, json) => {
      const { mark } = Removal.parse(await json());
      return ok({ removed: mails.remove((mail) => mail.to.every((to) => to.toLowerCase().includes(mark))) });
    },
    'DELETE /messages': () => {
      mails.clear();
      return ok(mails.counts());
    },
    'GET /webhooks': (query) => {
      const [wanted, path] = [query.get('contains') ?? '', query.get('path')];
      const found = webhooks.newestFirst().filter((one) => path === null || one.path === path);
      return ok(wanted === '' ? found : found.filter((one) => mentions(one, wanted)));
    },
    'DELETE /webhooks': () => {
      webhooks.clear();
      return ok(webhooks.counts());
    },
    ...more,
  };
}

async function answer(
  request: IncomingMessage,
  token: string | undefined,
  routes: Readonly<Record<string, Route>>,
): Promise<Answered> {
  const url = new URL(request.url ?? '/', 'http://sink');
  const name = `${request.method} ${url.pathname}`;
  if (name !== 'GET /healthz' && token !== undefined && !bears(request, token)) {
    return { status: 401, body: { error: 'this sink wants its token: Authorization: Bearer <token>' } };
  }
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  if (route === undefined)
    return { status: 404, body: { error: `${name} is not known`, known: Object.keys(routes) } };
  return route(url.searchParams, async () => JSON.parse(await bodyOf(request)) as unknown);
}

/** Compares digests rather than texts: neither order nor length shows in the time it takes. */
function bears(request: IncomingMessage, token: string): boolean {
  const [, given] = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > LONGEST_BODY) throw new Error(`more than ${LONGEST_BODY} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8') || '{}';
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
