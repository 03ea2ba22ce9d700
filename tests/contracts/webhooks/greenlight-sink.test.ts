import { gzipSync } from 'node:zlib';
import { createTransport } from 'nodemailer';
import { afterEach, expect, test } from 'vitest';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import { type Sink, type SinkOptions, startSink } from '../../../sink/sink.ts';
import { openMailbox } from '../../../suites/adapters/mailbox/index.ts';
import { openWebhookSink } from '../../../suites/adapters/webhook-sink/index.ts';

let sink: Sink | undefined;
afterEach(async () => {
  await sink?.close();
  sink = undefined;
});

const TOKEN = 'a-token-for-the-observe-port';

async function open(over: Partial<SinkOptions> = {}): Promise<{ url: string; hooks: string; smtp: number }> {
  sink = await startSink({
    host: '127.0.0.1',
    ports: { smtp: 0, webhooks: 0, observe: 0 },
    limits: { count: 3, bytes: 40_000, messageBytes: 20_000 },
    ...over,
  });
  const { smtp, webhooks, observe } = sink.ports;
  return { url: `http://127.0.0.1:${observe}`, hooks: `http://127.0.0.1:${webhooks}`, smtp };
}

const post = (url: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
    headers: { 'content-type': 'application/json', ...headers },
  });

test('finds what was delivered, by a text that only it has, and by its path', async () => {
  const { url, hooks } = await open();
  const port = openWebhookSink({ adapter: 'greenlight-sink', url: `${url}/` });
  await port.ready();
  expect(await port.find({ contains: 'order-7' })).toBeNull();
  const answered = await post(`${hooks}/orders?source=shop`, '{"order":"order-7","sum":9007199254740993}', {
    'webhook-signature': 'v1,abc',
  });
  expect(answered.status).toBe(200);
  await post(`${hooks}/mail`, gzipSync('{"order":"order-7"}'), { 'content-encoding': 'gzip' });
  await post(`${hooks}/orders`, 'no JSON, order-8');
  const found = await port.find({ contains: 'order-7' });
  expect(found?.map(({ path }) => path)).toEqual(['/mail', '/orders']);
  const [first] = (await port.find({ contains: 'order-7', path: '/orders' })) ?? [];
  expect(first).toMatchObject({
    method: 'POST',
    query: 'source=shop',
    headers: { 'webhook-signature': 'v1,abc' },
    json: { order: 'order-7', sum: 9007199254740993n },
  });
  expect(await port.find({ contains: 'order-8' })).toMatchObject([{ json: null, text: 'no JSON, order-8' }]);
  await expect(port.find({ contains: '' })).rejects.toThrow(/at least 4|only 0/);
  // Somebody who only looks has delivered nothing.
  expect((await fetch(`${hooks}/order-9`)).status).toBe(200);
  expect(await port.find({ contains: 'order-9' })).toBeNull();
});

test('says that it is not complete once something made room, or was too big, and of which kind', async () => {
  const { url, hooks, smtp } = await open();
  const webhooks = openWebhookSink({ adapter: 'greenlight-sink', url });
  const mailbox = openMailbox({ adapter: 'greenlight-sink', url });
  const complete = async () => [await mailbox.completeForMs?.(), await webhooks.completeForMs?.()] as const;
  const began = Date.now();
  const since = () => Date.now() - began;
  await new Promise((resolve) => setTimeout(resolve, 30));
  for (const id of ['one-', 'two-', 'three']) await post(`${hooks}/x`, `"${id}"`);
  const [mails, hooksNow] = await complete();
  expect(mails).toBeGreaterThanOrEqual(30);
  expect(hooksNow).toBeGreaterThanOrEqual(30);
  await post(`${hooks}/x`, '"four"');
  expect(await webhooks.find({ contains: 'one-' })).toBeNull();
  const [mailsThen, hooksThen] = await complete();
  expect(mailsThen).toBeGreaterThanOrEqual(30);
  expect(hooksThen).toBeLessThan(since() - 30 + 1);
  expect((await post(`${hooks}/x`, `"${'x'.repeat(30_000)}"`)).status).toBe(413);
  const broken = await post(`${hooks}/x`, 'not gzip', { 'content-encoding': 'gzip' });
  expect(broken.status).toBe(415);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const sentAt = Date.now();
  // Node refuses these headers before anything of ours sees them.
  expect((await post(`${hooks}/x`, '"five"', { 'x-long': 'x'.repeat(17_000) })).status).toBe(431);
  const [, hooksAtLast] = await complete();
  expect(hooksAtLast).toBeLessThanOrEqual(Date.now() - sentAt);
  const transport = createTransport({ host: '127.0.0.1', port: smtp, secure: false, ignoreTLS: true });
  const big = transport.sendMail({ from: 'a@b.test', to: 'c@d.test', text: 'x'.repeat(30_000) });
  await expect(big).rejects.toThrow(/552/);
  expect((await complete())[0]).toBeLessThan(since() - 30 + 1);
});

test('a sink with a token answers nobody without it, but says that it is well', async () => {
  const { url } = await open({ token: TOKEN });
  const read = (token?: string) =>
    openMailbox({ adapter: 'greenlight-sink', url, ...(token === undefined ? {} : { token }) });
  await read(TOKEN).ready();
  expect(await read(TOKEN).removeMailsTo('gl-run')).toBe(0);
  for (const wrong of [undefined, `${TOKEN}x`]) {
    const refused = await read(wrong)
      .ready()
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PortUnavailable);
    expect(refused).toMatchObject({ remedy: expect.stringContaining('credentials') as unknown });
  }
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/messages`, { method: 'DELETE' })).status).toBe(401);
});

test('an address that is no sink is unavailable', async () => {
  const { hooks } = await open();
  const port = openWebhookSink({ adapter: 'greenlight-sink', url: hooks });
  await expect(port.find({ contains: 'order-7' })).rejects.toBeInstanceOf(PortUnavailable);
});
