import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A small shop with one page of each fault, and a mailbox in the form of Greenlight's sink. */
export interface ShopServer {
  readonly url: string;
  /** Customers that exist now, by mail address. */
  readonly customers: ReadonlySet<string>;
  /** Recipients of the mails that are in the mailbox now. */
  readonly mailed: readonly string[];
  /** Everything that was asked, as `METHOD /path`. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export const WEBHOOK_SECRET = 'whsec_c2hvcC1zZWNyZXQtb2YtdGhlLXRlc3Q=';

export async function startShop(): Promise<ShopServer> {
  const startedAt = Date.now();
  const customers = new Set<string>();
  const asked: string[] = [];
  let mails: { to: string; at: string }[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url?.split('?')[0]}`);
    handle(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://shop.test');
    const body = await text(request);
    const json = (status: number, value: unknown, headers: Record<string, string> = {}): void => {
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(value));
    };
    const html = (content: string): void => {
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><body>${content}</body>`);
    };
    const routes: Record<string, () => void | Promise<void>> = {
      'GET /': () => json(404, {}),
      'POST /customers': () => {
        const { email } = JSON.parse(body) as { email: string };
        customers.add(email);
        mails.push({ to: email, at: new Date().toISOString() });
        json(
          201,
          { id: `c-${customers.size}`, email },
          { 'set-cookie': `session=${encodeURIComponent(email)}; Path=/` },
        );
      },
      'GET /me': () => {
        const cookie = /session=([^;]+)/.exec(request.headers.cookie ?? '')?.[1];
        json(cookie ? 200 : 401, { email: decodeURIComponent(cookie ?? '') });
      },
      'DELETE /customers': () => {
        customers.delete(url.searchParams.get('email') ?? '');
        response.writeHead(204).end();
      },
      'GET /undeletable': () => json(200, {}),
      'DELETE /undeletable': () => json(500, {}),
      'GET /leaks': () => json(500, { said: request.headers.authorization ?? '' }),
      'GET /shape': () => json(200, { id: 5 }),
      'GET /total': () => json(200, { total: 1999 }),
      'GET /slow': () => new Promise((done) => setTimeout(() => (json(200, {}), done()), 1500)),
      'GET /drop': () => void request.socket.destroy(),
      'GET /redirect': () => void response.writeHead(302, { location: '/me' }).end(),
      'GET /messages': () => {
        const to = url.searchParams.get('to') ?? '';
        const found = mails.filter((mail) => mail.to === to);
        json(
          200,
          found.map((mail, index) => ({
            id: `m${index}`,
            from: 'shop@shop.test',
            to: [mail.to],
            subject: 'Welcome',
            text: 'Hello',
            html: '',
            links: ['http://shop.test/verify?token=abc'],
            headers: {},
            receivedAt: mail.at,
          })),
        );
      },
      // It never drops anything.
      'GET /healthz': () => {
        const completeForMs = Date.now() - startedAt;
        json(200, { mails: { completeForMs }, webhooks: { completeForMs } });
      },
      'POST /messages/remove': () => {
        const { mark } = JSON.parse(body) as { mark: string };
        const kept = mails.filter(({ to }) => !to.includes(mark));
        json(200, { removed: mails.length - kept.length });
        mails = kept;
      },
      'GET /health': () => json(200, { status: 'ok' }),
      'GET /database-backed': () => json(503, {}),
      'GET /release': () => json(200, { release: { id: 'shop-2', commit: 'abcdef1234567890' } }),
      'GET /page': () => html('<h1>Shop</h1><button onclick="this.textContent=\'done\'">buy</button>'),
      'GET /page/broken': () =>
        html(
          '<h1>Shop</h1><script src="/no-such.js?token=geheim"></script><img src="/page/drop">' +
            '<script>console.error("no stock"); void cart.total;</script>',
        ),
      'GET /page/drop': () => void request.socket.destroy(),
      'GET /page/challenge': () =>
        void response
          .writeHead(403, { 'content-type': 'text/html', 'cf-mitigated': 'challenge' })
          .end('<title>Just a moment...</title>'),
      'GET /page/sign-in': () =>
        void response
          .writeHead(200, { 'content-type': 'text/html', 'set-cookie': 'session=page%40shop.test; Path=/' })
          .end('<p>signed in</p>'),
      'GET /page/account': () => html(`<p id="who">${request.headers.cookie ?? 'nobody'}</p>`),
      'POST /webhooks/strict': () => json(verify(request, body, true) ? 200 : 400, {}),
      'POST /webhooks/ageless': () => json(verify(request, body, false) ? 200 : 400, {}),
      'POST /webhooks/gullible': () => json(200, {}),
    };
    const route = routes[`${request.method} ${url.pathname}`];
    if (route) await route();
    else json(404, {});
  }

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    customers,
    get mailed() {
      return mails.map(({ to }) => to);
    },
    asked,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}

function verify(request: IncomingMessage, body: string, checkAge: boolean): boolean {
  const header = String(request.headers['stripe-signature'] ?? '');
  const time = /t=(\d+)/.exec(header)?.[1] ?? '';
  const given = /v1=([0-9a-f]+)/.exec(header)?.[1];
  const right = createHmac('sha256', WEBHOOK_SECRET).update(`${time}.${body}`).digest('hex');
  return given === right && (!checkAge || Date.now() / 1000 - Number(time) <= 300);
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
