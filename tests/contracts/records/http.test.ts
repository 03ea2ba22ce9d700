import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import { openLookup, openRecords } from '../../../suites/adapters/records/index.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  readonly body: unknown;
}

let server: Server | undefined;
let asked: Asked[];

/** A user's reader: what it must do is all that the adapter asks for. */
async function reader(status: number, answer: unknown): Promise<string> {
  asked = [];
  server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      asked.push({
        method: request.method ?? '',
        path: request.url ?? '',
        key: request.headers['x-key'] as string | undefined,
        body: text === '' ? undefined : (JSON.parse(text) as unknown),
      });
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((listening) => server?.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/reader/`;
}

afterEach(async () => {
  delete process.env['READER_KEY'];
  server?.closeAllConnections();
  await new Promise((closed) => server?.close(closed));
});

test('sends table, conditions and limit, with the headers of the plan', async () => {
  process.env['READER_KEY'] = 'k-123';
  const url = await reader(200, { rows: [{ id: '42', total: 1999 }] });
  const lookup = openLookup({ adapter: 'http', url, headers: { 'x-key': { secret: 'READER_KEY' } } });
  expect(await lookup.find({ from: 'orders', where: { id: '42', gone: null } })).toEqual({
    rows: [{ id: '42', total: 1999 }],
  });
  await lookup.ready();
  expect(asked).toEqual([
    {
      method: 'POST',
      path: '/reader/find',
      key: 'k-123',
      body: { from: 'orders', where: { id: '42', gone: null }, limit: 10 },
    },
    { method: 'GET', path: '/reader/ready', key: 'k-123', body: undefined },
  ]);
});

test.each([
  [404, {}],
  [500, {}],
  [200, { data: [] }],
])('an answer %i %j is unavailable, never "no rows"', async (status, answer) => {
  const lookup = openLookup({ adapter: 'http', url: await reader(status, answer), headers: {} });
  await expect(lookup.find({ from: 'orders', where: {} })).rejects.toBeInstanceOf(PortUnavailable);
});

test('a condition that lost its value asks nobody: without it, any row would be the one', async () => {
  const url = await reader(200, { rows: [{ id: '1' }] });
  const records = openRecords({ old: undefined, new: { adapter: 'http', url, headers: {} } });
  // As a capture of something that the answer did not have.
  const where: Record<string, string> = {};
  Object.assign(where, { id: undefined });
  await expect(records.find({ from: 'orders', where })).rejects.toThrow('where.id is undefined');
  expect(asked).toEqual([]);
  expect(await records.find({ from: 'orders', where: { id: '1' } })).toEqual({ rows: [{ id: '1' }] });
});
