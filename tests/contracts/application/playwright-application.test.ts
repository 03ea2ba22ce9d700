import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type APIRequestContext, request as playwright } from '@playwright/test';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GreenlightError } from '../../../contract/errors.ts';
import type { WireRequest } from '../../../contract/flow/http.ts';
import { TargetUnreachable } from '../../../contract/ports/application.ts';
import { createPlaywrightApplication } from '../../../suites/adapters/app/playwright-application.ts';

let server: Server;
let base: string;
let context: APIRequestContext;
let seen: { headers: IncomingMessage['headers']; body: string }[];

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
      switch (request.url) {
        case '/login':
          response
            .writeHead(302, { location: '/home', 'set-cookie': ['sid=1; Path=/', 'b=2; Path=/'] })
            .end();
          return;
        case '/slow':
          return;
        case '/drop':
          request.socket.destroy();
          return;
        case '/cut':
          response.writeHead(200, { 'content-length': '100' }).write('half of');
          setTimeout(() => request.socket.destroy(), 50);
          return;
        case '/garbage':
          request.socket.end('this is not HTTP\r\n\r\n');
          return;
        default:
          response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' });
          response.end(JSON.stringify({ cookie: request.headers.cookie ?? '' }));
      }
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  context = await playwright.newContext();
});
afterAll(async () => {
  await context.dispose();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

const send = (at: string, extra: Partial<WireRequest> = {}, budgetMs = 5000) => {
  seen = [];
  return createPlaywrightApplication(context).send(
    { method: 'GET', url: at.startsWith('/') ? base + at : at, headers: {}, ...extra },
    budgetMs,
  );
};

const reasonOf = async (sent: Promise<unknown>): Promise<unknown> => {
  const error = await sent.catch((thrown: unknown) => thrown);
  expect(error, String(error)).toBeInstanceOf(TargetUnreachable);
  return (error as TargetUnreachable).event;
};

test('a redirect is an answer, and cookies are kept for the next request', async () => {
  const login = await send('/login');
  expect(login).toMatchObject({ status: 302, headers: { location: '/home' } });
  expect((await send('/home')).body).toEqual({ cookie: 'sid=1; b=2' });
});

test('a body arrives byte for byte, also one that only claims to be JSON', async () => {
  const body = '{"half": "Zoë';
  await send('/hooks', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  expect(seen[0]?.body).toBe(body);
  expect(seen[0]?.headers['content-type']).toBe('application/json');
});

test('no answer is told apart: refused, reset, not resolved, in time', async () => {
  expect(await reasonOf(send('http://127.0.0.1:1/'))).toBe('refused');
  expect(await reasonOf(send('/drop'))).toBe('reset');
  expect(await reasonOf(send('/cut'))).toBe('body-cut-short');
  expect(await reasonOf(send('http://no-such-host.invalid/'))).toBe('unresolved');
  expect(await reasonOf(send('/slow', {}, 200))).toBe('timeout');
  expect(await reasonOf(send('/garbage'))).toBe('not-http');
});

test('a certificate that nobody vouches for is untrusted', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-tls-'));
  const [key, cert] = [path.join(directory, 'key.pem'), path.join(directory, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/CN=localhost',
      '-keyout',
      key,
      '-out',
      cert,
    ],
    { stdio: 'ignore' },
  );
  const secure = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) =>
    response.end(),
  );
  await new Promise<void>((listening) => secure.listen(0, '127.0.0.1', listening));
  try {
    expect(await reasonOf(send(`https://localhost:${(secure.address() as AddressInfo).port}/`))).toBe(
      'certificate-untrusted',
    );
  } finally {
    secure.closeAllConnections();
    await new Promise((closed) => secure.close(closed));
    rmSync(directory, { recursive: true, force: true });
  }
});

test('no header is in the text of a failure', async () => {
  const error = await send('http://127.0.0.1:1/', { headers: { authorization: 'Bearer abc-secret' } }).catch(
    String,
  );
  expect(error).not.toContain('abc-secret');
});

test('a request that carries a live key is never sent', async () => {
  const live = ['rk', 'live', 'abcdefghijkl'].join('_');
  const error = await send('/', { headers: { authorization: `Bearer ${live}` } }).catch(
    (thrown: unknown) => thrown,
  );
  expect((error as GreenlightError).code).toBe('LIVE_KEY');
  expect(seen).toEqual([]);
});
