import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { request as playwright } from '@playwright/test';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { flow } from '../../../contract/flow/flow.ts';
import type { RequestSpec } from '../../../contract/flow/http.ts';
import type { ApplicationPort } from '../../../contract/ports/application.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { createPlaywrightApplication } from '../../../suites/adapters/app/playwright-application.ts';
import { runFlow } from '../../../suites/flows/run-flow.ts';

const open: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const { server, sockets } of open.splice(0)) {
    sockets.forEach((socket) => socket.destroy());
    server.close();
    await once(server, 'close');
  }
});

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  open.push({ server, sockets });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const serve = (answer: RequestListener): Promise<string> => listen(createServer(answer));

/** Answers the first request of a connection, and resets it when the second one comes. */
async function serveOncePerConnection(): Promise<{ readonly url: string; readonly heads: string[] }> {
  const heads: string[] = [];
  const url = await listen(
    createTcpServer((socket) => {
      let requests = 0;
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        requests += 1;
        if (requests > 1) return void socket.resetAndDestroy();
        heads.push(chunk.toString().split(' ')[0] ?? '');
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      });
    }),
  );
  return { url, heads };
}

const ports: readonly (readonly [string, () => Promise<ApplicationPort>])[] = [
  ['through Node', async () => createHttpApplication()],
  ['through Playwright', async () => createPlaywrightApplication(await playwright.newContext())],
];

/** What the clock shows to whoever asks: no pause of this machine counts, and none has to be waited for. */
function clockAt(): { at: number } {
  const clock = { at: performance.now() };
  vi.spyOn(performance, 'now').mockImplementation(() => clock.at);
  return clock;
}

describe.each(ports)('an idle connection that ends before the first byte, %s', (_where, port) => {
  const send = (application: ApplicationPort, url: string, method: 'GET' | 'PUT' | 'POST') =>
    application.send({ method, url, headers: {}, ...(method === 'GET' ? {} : { body: 'x' }) }, 5000);

  test.each(['GET', 'PUT'] as const)('is met by one more %s on a fresh one', async (method) => {
    const { url, heads } = await serveOncePerConnection();
    const application = await port();
    clockAt();
    await send(application, url, 'GET');
    expect((await send(application, url, method)).status).toBe(200);
    expect(heads).toEqual(['GET', method]);
  });

  test('is not met by sending a POST twice', async () => {
    const { url, heads } = await serveOncePerConnection();
    const application = await port();
    clockAt();
    await send(application, url, 'GET');
    await expect(send(application, url, 'POST')).rejects.toMatchObject({ event: 'reset' });
    expect(heads).toEqual(['GET']);
  });

  test('is not used again after a pause, so a POST is safe', async () => {
    const { url, heads } = await serveOncePerConnection();
    const application = await port();
    const clock = clockAt();
    await send(application, url, 'GET');
    clock.at += 300;
    expect((await send(application, url, 'POST')).status).toBe(200);
    expect(heads).toEqual(['GET', 'POST']);
  });

  test('is told from a fresh one that is reset: that is the target', async () => {
    let connections = 0;
    const url = await listen(
      createTcpServer((socket) => {
        connections += 1;
        socket.on('error', () => undefined).once('data', () => socket.resetAndDestroy());
      }),
    );
    await expect(send(await port(), url, 'GET')).rejects.toMatchObject({ event: 'reset' });
    expect(connections).toBe(1);
  });
});

async function runOne(
  request: RequestSpec | ((secret: (name: string) => string) => RequestSpec),
  urls: { readonly app: string; readonly old?: string },
) {
  const created: string[] = [];
  const finding = await runFlow({
    check: 'asked',
    flow: flow('asked', { title: 'It answers' }).request('ask', {
      request: (ctx) => (typeof request === 'function' ? request(ctx.secret) : request),
      creates: () => ({ kind: 'order', identity: 'gl-1' }),
    }),
    startedAt: Date.now(),
    urls: { app: urls.app },
    oldUrls: urls.old === undefined ? undefined : { app: urls.old },
    budgetMs: 2000,
    context: { unique: () => 'gl-1', data: {}, secret: () => 'the-token' },
    application: createHttpApplication(),
    port: () => {
      throw new Error('no port');
    },
    openPage: async () => Promise.reject(new Error('no browser')),
    closePage: async () => undefined,
    recordCreated: async ({ identity }) => void created.push(identity),
    control: { ask: async () => 'not-asked', answer: undefined },
    rateLimitWaitMs: 1000,
  });
  return { finding, created };
}

test('a POST that was refused for its rate is repeated with one line in the ledger', async () => {
  const bodies: string[] = [];
  const url = await serve((request, response) => {
    request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
    request.on('end', () => {
      if (bodies.length === 1) response.writeHead(503, { 'retry-after': '0' }).end();
      else response.writeHead(201).end();
    });
  });
  const { finding, created } = await runOne(
    { method: 'POST', path: '/orders', json: { n: 1 } },
    { app: url },
  );
  expect(finding.outcome, finding.summary).toBe('pass');
  expect(bodies).toEqual(['{"n":1}', '{"n":1}']);
  expect(created).toEqual(['gl-1']);
});

describe('credentials that are refused', () => {
  const refusing = (status: number) => serve((_request, response) => response.writeHead(status).end());
  const withToken = (secret: (name: string) => string): RequestSpec => ({
    method: 'GET',
    path: '/account',
    headers: { authorization: `Bearer ${secret('TOKEN')}` },
  });

  test.each([
    [
      'old refuses the credentials of the plan as well',
      withToken,
      401,
      'unknown',
      'credentials-refused-by-both',
    ],
    ['old forbids them as well', withToken, 403, 'unknown', 'credentials-refused-by-both'],
    ['old takes them', withToken, 200, 'fail', 'status'],
    ['they are none of the plan', { method: 'GET', path: '/account' } as const, 401, 'fail', 'status'],
    [
      'a POST would have to be sent to old',
      (secret: (name: string) => string): RequestSpec => ({ ...withToken(secret), method: 'POST' }),
      401,
      'fail',
      'status',
    ],
  ] as const)('%s', async (_what, request, oldStatus, outcome, cause) => {
    const { finding } = await runOne(request, { app: await refusing(401), old: await refusing(oldStatus) });
    expect([finding.outcome, finding.cause], finding.summary).toEqual([outcome, cause]);
  });
});

test('Playwright, asked for credentials, sends twice, and the last answer is the one that is read', async () => {
  const url = await serve((request, response) => {
    if (request.headers.authorization === undefined)
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end('who are you');
    else response.end('welcome');
  });
  const context = await playwright.newContext({ httpCredentials: { username: 'u', password: 'p' } });
  const answer = await createPlaywrightApplication(context).send(
    { method: 'GET', url: `${url}/`, headers: {} },
    5000,
  );
  await context.dispose();
  expect([answer.status, answer.text]).toEqual([200, 'welcome']);
});

test('a body that grows without an end is not read, and nobody is blamed', async () => {
  const bomb = gzipSync(Buffer.alloc(257 * 1024 * 1024));
  const url = await serve((_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
  );
  await expect(
    createHttpApplication().send({ method: 'GET', url, headers: {} }, 10_000),
  ).rejects.toMatchObject({ event: 'body-too-large' });
});
