import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { WireRequest } from '../../../contract/flow/http.ts';
import { TargetUnreachable } from '../../../contract/ports/application.ts';
import { flow } from '../../../contract/flow/flow.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { undoEntry } from '../../../safety/undo.ts';
import { planWith } from '../../unit/safety/plans.ts';

const servers: (Server | TcpServer)[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server | TcpServer): Promise<string> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const serve = async (listener: RequestListener): Promise<string> =>
  `http://${await listen(createServer(listener))}`;
const get = (url: string): WireRequest => ({ method: 'GET', url, headers: {} });
const application = createHttpApplication();

async function reasonOf(sending: Promise<unknown>): Promise<string> {
  try {
    await sending;
  } catch (error) {
    return error instanceof TargetUnreachable ? error.event : `plain: ${(error as Error).message}`;
  }
  return 'answered';
}

describe('an answer', () => {
  test('has status, lower-case headers, parsed JSON, and all cookies', async () => {
    const seen: string[] = [];
    const url = await serve((request, response) => {
      request.on('data', (chunk: Buffer) => seen.push(chunk.toString()));
      request.on('end', () => {
        response.writeHead(201, {
          'Content-Type': 'application/json; charset=utf-8',
          'Set-Cookie': ['a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2'],
        });
        response.end(JSON.stringify({ method: request.method, token: request.headers['x-token'] }));
      });
    });
    const answer = await application.send(
      { method: 'POST', url, headers: { 'x-token': 't' }, body: '{"a":1}' },
      5000,
    );
    expect(answer).toMatchObject({ status: 201, body: { method: 'POST', token: 't' } });
    expect(answer.headers['set-cookie']).toBe('a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT\nb=2');
    expect(answer.durationMs).toBeGreaterThan(0);
    expect(seen).toEqual(['{"a":1}']);
  });
  test('may be a redirect, which is not followed', async () => {
    const url = await serve((_request, response) =>
      response.writeHead(302, { location: '/elsewhere' }).end(),
    );
    expect(await application.send(get(url), 5000)).toMatchObject({
      status: 302,
      headers: { location: '/elsewhere' },
    });
  });
  test('above the size limit is an error that says nothing about the target', async () => {
    const url = await serve((_request, response) => response.end('x'.repeat(2000)));
    const small = createHttpApplication({ maxBodyBytes: 1000 });
    await expect(small.send(get(url), 5000)).rejects.toThrow(/larger than 1000 bytes/);
    expect(await reasonOf(small.send(get(url), 5000))).toBe('body-too-large');
    expect(await reasonOf(application.send(get(url), 5000))).toBe('answered');
  });
});

describe('no answer', () => {
  test('refused', async () => {
    const url = await serve(() => undefined);
    const server = servers.pop();
    server?.close();
    await once(server as Server, 'close');
    expect(await reasonOf(application.send(get(url), 5000))).toBe('refused');
  });
  test('reset, before and in the middle of the answer', async () => {
    const cut = await serve((request) => request.socket.destroy());
    expect(await reasonOf(application.send(get(cut), 5000))).toBe('reset');
    const half = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setImmediate(() => request.socket.destroy());
    });
    expect(await reasonOf(application.send(get(half), 5000))).toBe('body-cut-short');
  });
  test('timeout, before and in the middle of the answer', async () => {
    const silent = await serve(() => undefined);
    expect(await reasonOf(application.send(get(silent), 100))).toBe('timeout');
    const slow = await serve((_request, response) => void response.write('a'));
    expect(await reasonOf(application.send(get(slow), 100))).toBe('timeout');
  });
  test('unresolved', async () => {
    expect(await reasonOf(application.send(get('http://no-such-host.invalid/'), 20_000))).toBe('unresolved');
  });
  test('something that does not speak HTTP', async () => {
    const address = await listen(
      createTcpServer((socket) => socket.on('error', () => undefined).end('SSH-2.0-x\r\n')),
    );
    expect(await reasonOf(application.send(get(`http://${address}`), 5000))).toBe('not-http');
  });
  test('untrusted: a certificate nobody signed, and no TLS at all', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'greenlight-tls-'));
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
    const options = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-days', '1'];
    execFileSync('openssl', ['req', ...options, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const secure = createTlsServer(
      { key: readFileSync(key), cert: readFileSync(cert) },
      (_request, response) => response.end(),
    );
    rmSync(directory, { recursive: true });
    expect(await reasonOf(application.send(get(`https://${await listen(secure)}`), 5000))).toBe(
      'certificate-untrusted',
    );
    const plain = await serve((_request, response) => response.end());
    expect(await reasonOf(application.send(get(plain.replace('http:', 'https:')), 5000))).toBe('tls-broken');
  });
});

describe('our own mistakes say nothing about the target', () => {
  test('a header that cannot be sent', async () => {
    const request = { ...get(await serve((_request, response) => response.end())), headers: { 'x y': '1' } };
    expect(await reasonOf(application.send(request, 5000))).toMatch(/^plain: /);
  });
  test('a live key never leaves', async () => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests += 1;
      response.end();
    });
    const headers = { authorization: `Bearer ${'sk'}_live_51Habc` };
    await expect(application.send({ ...get(url), headers }, 5000)).rejects.toMatchObject({
      code: 'LIVE_KEY',
    });
    expect(requests).toBe(0);
  });
  test('an error does not quote the query', async () => {
    const sending = application.send(get('http://127.0.0.1:1/reset?token=abc'), 5000);
    await expect(sending).rejects.toThrow(/GET http:\/\/127\.0\.0\.1:1\/reset: /);
    await expect(sending).rejects.not.toThrow(/abc/);
  });
});

test('an undo flow runs against a real server', async () => {
  const deleted: string[] = [];
  const url = await serve((request, response) => {
    deleted.push(`${request.method} ${request.url} ${String(request.headers['x-clean'])}`);
    response.writeHead(deleted.length === 1 ? 204 : 404).end();
  });
  const plan = planWith({
    target: { name: 'shop', urls: { app: url } },
    created: {
      customer: {
        undo: (identity) =>
          flow('remove-customer', { title: 'Remove' }).request('delete', {
            request: ({ secret }) => ({
              method: 'DELETE',
              path: '/synthetic',
              query: { identity },
              headers: { 'x-clean': secret('TOKEN') },
            }),
            status: [204, 404],
          }),
      },
    },
  });
  const entry = {
    id: 'e',
    run: 'r',
    check: 'c',
    kind: 'customer',
    identity: 'gl-r-1',
    target: 'shop',
    at: '',
  };
  for (let times = 0; times < 2; times += 1) {
    expect(await undoEntry({ plan, entry, application, secret: () => 'clean' })).toEqual({ how: 'undone' });
  }
  expect(deleted).toEqual(Array(2).fill('DELETE /synthetic?identity=gl-r-1 clean'));
});
