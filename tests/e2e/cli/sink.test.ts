import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import { type CliProject, cliProject, greenlight, type RunningCommand, startGreenlight } from '../project.ts';

const TOKEN = 'a-token-for-the-observe-port';
const Listening = z.object({
  what: z.literal('listening'),
  smtp: z.object({ port: z.number() }),
  webhooks: z.url(),
  observe: z.url(),
});
type Listening = z.infer<typeof Listening>;

/** A shop that sends a mail and a webhook for every customer, or what it is told to send instead. */
let shop: Server;
let send: (email: string) => Promise<unknown>;
let project: CliProject;
let sink: RunningCommand | undefined;

beforeEach(async () => {
  shop = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const done = (status: number): void =>
        void response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
      if (request.method === 'GET') {
        done(200);
        return;
      }
      const { email } = JSON.parse(text) as { email: string };
      send(email).then(
        () => done(201),
        () => done(201),
      );
    });
  });
  await new Promise<void>((listening) => shop.listen(0, '127.0.0.1', listening));
});
afterEach(async () => {
  sink?.child.kill('SIGKILL');
  await sink?.ended;
  sink = undefined;
  project.remove();
  shop.closeAllConnections();
  await new Promise((closed) => shop.close(closed));
});

/** What the command says first on standard output. */
async function startSink(args: readonly string[] = []): Promise<Listening> {
  const ports = ['--smtp', '0', '--webhooks', '0', '--observe', '0'];
  sink = startGreenlight(project.directory, ['sink', '--json', ...ports, ...args], {
    GREENLIGHT_SINK_TOKEN: TOKEN,
  });
  const { stdout } = sink.child;
  let text = '';
  const line = new Promise<string>((resolve) =>
    stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.split('\n')[0] ?? '');
    }),
  );
  await sink.shows('The sink is open');
  return Listening.parse(JSON.parse(await line));
}

function shopProject(): void {
  const { port } = shop.address() as AddressInfo;
  const source = `{ adapter: 'greenlight-sink', url: process.env.SINK, token: secret('GREENLIGHT_SINK_TOKEN') }`;
  project = cliProject(
    `http://127.0.0.1:${port}`,
    `flows: [flow('customer-is-told', { title: 'f' })
       .given((ctx) => ({ email: ctx.unique() + '@shop.test' }))
       .request('register', { request: ({ captured }) => ({ method: 'POST', path: '/', json: { email: captured.email } }) })
       .observe('mail', { title: 'mail', check: 'mail-arrives', port: 'mailbox', withinMs: 1500,
         query: ({ captured }) => ({ to: captured.email }),
         expect: ({ body }) => [holds('subject', body.subject === 'Welcome', body.subject, 'Welcome')] })
       .observe('webhook', { title: 'webhook', check: 'webhook-arrives', port: 'webhookSink', withinMs: 1500,
         query: ({ captured }) => ({ contains: captured.email, path: '/hooks/customers' }),
         expect: ({ body }) => [holds('type', body[0].json.type === 'customer.created', body[0].json.type, 'customer.created'),
           holds('deliveries', body.length === 1, body.length, 1)] })],
     ...{ target: { name: 'shop', urls: { app: 'http://127.0.0.1:${port}' }, mailbox: ${source}, webhookSink: ${source} } }`,
  );
}

async function verdictOn(observe: string): Promise<Record<string, { state: string; summary: string }>> {
  const end = await greenlight(project.directory, ['run'], {
    SINK: observe,
    GREENLIGHT_SINK_TOKEN: TOKEN,
  });
  const file = path.join(project.directory, 'greenlight-report/verdict.json');
  const { checks } = Verdict.parse(JSON.parse(readFileSync(file, 'utf8')));
  expect(end.out + end.err).not.toContain(TOKEN);
  return Object.fromEntries(
    checks.map(({ id, state, findings }) => [
      id,
      { state, summary: findings.map(({ summary }) => summary).join() },
    ]),
  );
}

const sendMail = (port: number, to: string, subject: string): Promise<unknown> =>
  createTransport({ host: '127.0.0.1', port, secure: false, ignoreTLS: true }).sendMail({
    from: 'shop@shop.test',
    to,
    subject,
    text: 'hello',
  });
const sendHook = (url: string, email: string, type: string): Promise<unknown> =>
  fetch(`${url}/hooks/customers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type, data: { email } }),
  });

test('checks pass on what arrived, fail on what did not, and cannot tell without a sink', async () => {
  shopProject();
  const { smtp, webhooks, observe } = await startSink();
  send = async (email) => {
    await sendMail(smtp.port, email, 'Welcome');
    await sendHook(webhooks, email, 'customer.created');
  };
  expect(await verdictOn(observe)).toMatchObject({
    'mailbox-readable': { state: 'passed' },
    'webhook-sink-readable': { state: 'passed' },
    'customer-is-told': { state: 'passed' },
    'mail-arrives': { state: 'passed' },
    'webhook-arrives': { state: 'passed' },
  });

  send = async (email) => sendHook(webhooks, email, 'customer.deleted');
  const wrong = await verdictOn(observe);
  expect(wrong['mail-arrives']).toMatchObject({ state: 'failed' });
  expect(wrong['mail-arrives']?.summary).toContain('no such mail');
  expect(wrong['webhook-arrives']).toMatchObject({ state: 'failed' });
  expect(wrong['webhook-arrives']?.summary).toContain('type: ');

  // It goes away with the registration, once the readiness checks are through.
  send = async () => sink?.child.kill('SIGKILL');
  const dead = await verdictOn(observe);
  expect(dead['mail-arrives']).toMatchObject({ state: 'unknown' });
  expect(dead['webhook-arrives']).toMatchObject({ state: 'unknown' });
});

test('what was dropped cannot be told from what never came, and the sink says so', async () => {
  shopProject();
  const { smtp, webhooks, observe } = await startSink(['--keep', '2']);
  send = async (email) => {
    await sendMail(smtp.port, email, 'Welcome');
    await sendHook(webhooks, email, 'customer.created');
    for (const other of ['a@b.test', 'b@b.test']) {
      await sendMail(smtp.port, other, 'Newsletter');
      await sendHook(webhooks, other, 'newsletter');
    }
  };
  const dropped = await verdictOn(observe);
  for (const check of ['mail-arrives', 'webhook-arrives']) {
    expect(dropped[check]).toMatchObject({ state: 'unknown' });
    expect(dropped[check]?.summary).toContain('may have dropped something');
  }
});

test('the command says what to configure, refuses what cannot be, and ends cleanly', async () => {
  shopProject();
  const { smtp, webhooks, observe } = await startSink();
  await sendMail(smtp.port, 'gl-1@shop.test', 'one\u001b[2J');
  await sendHook(webhooks, 'gl-1@shop.test', 'x');
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    greenlight(project.directory, ['sink', ...args], env);
  const inUse = await run([
    '--smtp',
    String(smtp.port),
    '--webhooks',
    '0',
    '--observe',
    new URL(observe).port,
  ]);
  expect(inUse.code, inUse.err).toBe(64);
  expect(inUse.err).toContain(`--smtp: another program has this port (found 127.0.0.1:${smtp.port})`);
  expect(inUse.err).toContain('--observe: another program has this port');
  const open = await run(['--host', '0.0.0.0']);
  expect(open.code).toBe(64);
  expect(open.err).toContain('GREENLIGHT_SINK_TOKEN');
  expect((await run(['--host', '0.0.0.0', '--token', 'short'])).code).toBe(64);
  expect((await run(['--smtp', '8025'])).err).toContain('--smtp and --observe are both port 8025');
  expect((await run(['--smtp', '70000'])).code).toBe(64);

  const health: unknown = await (await fetch(`${observe}/healthz`)).json();
  expect(health).toMatchObject({ status: 'ok', mails: { stored: 1 }, webhooks: { stored: 1 } });
  sink?.child.kill('SIGINT');
  const end = await sink?.ended;
  expect(end?.code).toBe(130);
  expect(end?.err).toContain(
    `mailbox: { adapter: 'greenlight-sink', url: '${observe}', token: secret('GREENLIGHT_SINK_TOKEN') }`,
  );
  const lines = (end?.out ?? '').trim().split('\n');
  expect(lines.map((line) => z.object({ what: z.string() }).parse(JSON.parse(line)).what)).toEqual([
    'listening',
    'mail',
    'webhook',
  ]);
  expect(`${end?.out}${end?.err}`).not.toContain(TOKEN);
  await expect(fetch(`${observe}/healthz`)).rejects.toThrow();
});
