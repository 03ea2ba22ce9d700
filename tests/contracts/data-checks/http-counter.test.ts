import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import { ask } from '../../../data-checks/ask.ts';
import { createHttpCounter } from '../../../data-checks/readers/http-counter.ts';

let server: Server | undefined;
let asked: { url: string | undefined; key: string | undefined; body: unknown } | undefined;

afterEach(async () => {
  await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  server = undefined;
});

async function reader(status: number, answer: string) {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked = { url: request.url, key: String(request.headers['x-key']), body: JSON.parse(body) };
      response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return createHttpCounter({
    url: `http://127.0.0.1:${port}/rows/`,
    headers: { 'x-key': 'k' },
    timeoutMs: 2000,
  });
}

test('the reader is asked with the filter, the columns and the headers, and its answer counts', async () => {
  const counter = await reader(200, '{"answers":[{"kind":"counted","rows":7,"sums":{"total":"1.50"}}]}');
  const query = { table: 'orders', filter: 'paid', sums: ['total'] };
  expect(await ask(counter, query)).toEqual({ kind: 'counted', rows: 7, sums: { total: '1.50' } });
  expect(asked).toEqual({ url: '/rows/count', key: 'k', body: { queries: [query] } });
});

test('missing and unreadable are answers', async () => {
  expect(await ask(await reader(200, '{"answers":[{"kind":"missing"}]}'), { table: 'x' })).toEqual({
    kind: 'missing',
  });
});

test('a sum that was left out makes the answer unreadable', async () => {
  const counter = await reader(200, '{"answers":[{"kind":"counted","rows":7}]}');
  expect(await ask(counter, { table: 'orders', sums: ['total'] })).toMatchObject({ kind: 'unreadable' });
});

test.each([
  [500, '{"answers":[]}'],
  [200, 'not json'],
  [200, '{"answers":[]}'],
  [200, '{"answers":[{"kind":"counted","rows":-1}]}'],
  [200, '{"answers":[{"kind":"counted","rows":1.5,"sums":{}}]}'],
  [200, '{"answers":[{"kind":"counted","rows":1,"sums":{"t":1.5}}]}'],
  [200, '{"rows":7}'],
  // Numbers that JavaScript rounds to a count.
  [200, '{"answers":[{"kind":"counted","rows":3.0000000000000001,"sums":{}}]}'],
  [200, '{"answers":[{"kind":"counted","rows":9007199254740990.5,"sums":{}}]}'],
  [200, '{"answers":[{"kind":"counted","rows":9007199254740993,"sums":{}}]}'],
  [200, '{"answers":[{"kind":"counted","rows":0.9999999999999999999,"sums":{}}]}'],
])('status %i with %s means that nothing is known', async (status, body) => {
  await expect((await reader(status, body)).count([{ table: 'orders' }])).rejects.toBeInstanceOf(
    PortUnavailable,
  );
});

test('a reader that is not there is unavailable', async () => {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise<void>((resolve) => closed.close(() => resolve()));
  const counter = createHttpCounter({ url: `http://127.0.0.1:${port}`, headers: {}, timeoutMs: 1000 });
  expect(await ask(counter, { table: 'x' })).toMatchObject({
    name: 'PortUnavailable',
    message: expect.stringContaining('ECONNREFUSED') as string,
  });
});
