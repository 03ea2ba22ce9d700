import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import { openMailbox } from '../../../suites/adapters/mailbox/index.ts';

/**
 * Mailpit is a Go program and MailDev brings 267 packages, so neither runs here. MailDev's answers were recorded from
 * MailDev 3.0.0; Mailpit's are written after its API description and were not checked against a running Mailpit.
 */
let server: Server | undefined;
const asked: string[] = [];
const changed: string[] = [];

async function recorded(answers: Readonly<Record<string, unknown>>): Promise<string> {
  asked.length = 0;
  changed.length = 0;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method !== 'GET')
        changed.push(`${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`);
    });
    asked.push(decodeURIComponent(request.url ?? ''));
    const answer = answers[(request.url ?? '').split('?')[0] ?? ''];
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { error: 'not found' }));
  });
  await new Promise<void>((listening) => server?.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((closed) => server?.close(closed));
});

const summary = (id: string, to: string, subject: string) => ({
  id,
  time: '2026-11-21T09:04:44.000Z',
  read: false,
  subject,
  size: 566,
  sizeHuman: '566 Bytes',
  from: [{ address: 'shop@x.test', name: 'Shop' }],
  to: [{ address: to, name: '' }],
  attachmentCount: 0,
  preview: 'hi',
});

test('maildev: takes the mail to exactly this recipient out of a search by substring', async () => {
  const url = await recorded({
    '/api/email/summary': {
      items: [summary('kbitoyhj', 'zgl-1@x.test', 'Hello B'), summary('ez6ko5c6', 'gl-1@x.test', 'Hello A')],
      total: 2,
      storeTotal: 2,
      unread: 2,
      skip: 0,
      limit: 50,
    },
    '/api/email/ez6ko5c6': {
      ...summary('ez6ko5c6', 'gl-1@x.test', 'Hello A'),
      headers: { subject: 'Hello A', 'message-id': '<dd4c39e2@x.test>', 'mime-version': '1.0' },
      html: '<a href="http://x.test/?a=1&amp;b=2">go</a>',
      text: 'hi',
    },
  });
  const mailbox = openMailbox({ adapter: 'maildev', url });
  await mailbox.ready();
  expect(await mailbox.find({ to: 'gl-1@x.test' })).toEqual({
    id: 'ez6ko5c6',
    from: 'shop@x.test',
    to: ['gl-1@x.test'],
    subject: 'Hello A',
    receivedAt: '2026-11-21T09:04:44.000Z',
    text: 'hi',
    html: '<a href="http://x.test/?a=1&amp;b=2">go</a>',
    links: ['http://x.test/?a=1&b=2'],
    headers: { subject: 'Hello A', 'message-id': '<dd4c39e2@x.test>', 'mime-version': '1.0' },
  });
  expect(await mailbox.find({ to: 'l-1@x.test' })).toBeNull();
});

test('mailpit: searches by recipient and reads message and headers', async () => {
  const url = await recorded({
    '/api/v1/search': {
      messages: [
        {
          ID: 'abc',
          From: { Name: '', Address: 'shop@x.test' },
          To: [{ Name: '', Address: 'gl-1@x.test' }],
          Cc: [],
          Bcc: null,
          Subject: 'Hello A',
          Created: '2026-11-21T09:04:44.123Z',
        },
      ],
      total: 1,
    },
    '/api/v1/message/abc': {
      ID: 'abc',
      From: { Name: '', Address: 'shop@x.test' },
      Text: 'see http://x.test/z.',
      HTML: '',
    },
    '/api/v1/message/abc/headers': { 'Message-Id': ['<1@x.test>'], Received: ['a', 'b'] },
  });
  const mailbox = openMailbox({ adapter: 'mailpit', url });
  const mail = await mailbox.find({ to: 'gl-1@x.test' });
  expect(mail).toMatchObject({
    id: 'abc',
    subject: 'Hello A',
    links: ['http://x.test/z'],
    headers: { 'message-id': '<1@x.test>', received: 'a, b' },
  });
  expect(asked[0]).toBe('/api/v1/search?query=to:"gl-1@x.test"');
});

test('maildev: removes by id what went to us alone', async () => {
  const [own, copied] = [
    summary('a1', 'gl-run7-1zr0-1@x.test', 'Hi'),
    summary('a2', 'gl-run7-1zr0-2@x.test', 'Hi'),
  ];
  const items = [
    own,
    { ...copied, to: [...copied.to, { address: 'ann@x.test', name: '' }] },
    summary('a3', 'xgl-run7-1zr0-3@x.test', 'Hi'),
  ];
  const url = await recorded({
    '/api/email/summary': { items, total: 3 },
    '/api/email/delete': { deleted: ['a1'], notFound: [] },
  });
  expect(await openMailbox({ adapter: 'maildev', url }).removeMailsTo('gl-run7-1zr')).toBe(1);
  expect(changed).toEqual(['POST /api/email/delete {"ids":["a1"]}']);
});

test('mailpit: removes by id what went to us alone, and never all by naming none', async () => {
  const found = (id: string, to: string, cc: string[] = []) => ({
    ID: id,
    To: [{ Address: to }],
    Cc: cc.map((Address) => ({ Address })),
    Subject: 'Hi',
    Created: '2026-11-21T09:04:44.123Z',
  });
  const others = [found('b2', 'gl-run7-1zr0-2@x.test', ['ann@x.test']), found('b3', 'ann@x.test')];
  const answers: Record<string, unknown> = {
    '/api/v1/search': { messages: [found('b1', 'gl-run7-1zr0-1@x.test'), ...others] },
    '/api/v1/messages': 'ok',
  };
  const mailbox = openMailbox({ adapter: 'mailpit', url: await recorded(answers) });
  const removing = mailbox.removeMailsTo('gl-run7-1zr');
  await expect.poll(() => changed.length).toBeGreaterThan(0);
  answers['/api/v1/search'] = { messages: others };
  expect(await removing).toBeGreaterThan(0);
  expect([...new Set(changed)]).toEqual(['DELETE /api/v1/messages {"IDs":["b1"]}']);
});

test.each(['mailpit', 'maildev'] as const)(
  '%s: another system at the address is unavailable',
  async (adapter) => {
    const mailbox = openMailbox({ adapter, url: await recorded({}) });
    await expect(mailbox.ready()).rejects.toBeInstanceOf(PortUnavailable);
    await expect(mailbox.removeMailsTo('gl-run7-1zr')).rejects.toBeInstanceOf(PortUnavailable);
    await expect(mailbox.find({ to: 'gl-1@x.test' })).rejects.toBeInstanceOf(PortUnavailable);
  },
);
