import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { testAlert } from '../../../slo/test-alert.ts';

const PASSWORD = 'p@ss/81c2';
const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

/** A stand-in of Alertmanager behind a password. */
async function startBehindPassword(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return `http://greenlight:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/`;
}
const send = (alertmanager: string) =>
  testAlert({
    alertmanager,
    listen: { host: '127.0.0.1', port: 0 },
    labels: { alertname: 'Test' },
    waitMs: 20,
  });

test('a password in the address of Alertmanager becomes a header', async () => {
  const seen = new Set<string>();
  const url = await startBehindPassword((request, response) => {
    seen.add(`${request.headers.authorization} ${request.url?.split('?')[0]}`);
    response.end(JSON.stringify([]));
  });
  expect((await send(url)).why).toContain('did not arrive');
  const basic = Buffer.from(`greenlight:${PASSWORD}`).toString('base64');
  expect([...seen]).toEqual([`Basic ${basic} /api/v2/alerts`]);
});

test('it is in no answer: of one that refuses it, and of one that is not there', async () => {
  const refusing = await startBehindPassword((_request, response) => {
    response.writeHead(401).end('no');
  });
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const dead = `http://greenlight:${encodeURIComponent(PASSWORD)}@127.0.0.1:${(gone.address() as AddressInfo).port}`;
  await new Promise((resolve) => gone.close(resolve));
  for (const [url, said] of [
    [refusing, '401: no'],
    [dead, 'ECONNREFUSED'],
  ] as const) {
    const answer = await send(url);
    expect(answer).toMatchObject({ state: 'unknown', why: expect.stringContaining(said) as string });
    expect(JSON.stringify(answer)).not.toMatch(/p@ss|p%40ss/);
  }
});
