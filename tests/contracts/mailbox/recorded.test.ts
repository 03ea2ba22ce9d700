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

async function recorded(answers: Readonly<Record<string, unknown>>): Promise<string> {
  asked.length = 0;
  server = createServer((request, response) => {
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

test.each(['mailpit', 'maildev'] as const)(
  '%s: another system at the address is unavailable',
  async (adapter) => {
    const mailbox = openMailbox({ adapter, url: await recorded({}) });
    await expect(mailbox.ready()).rejects.toBeInstanceOf(PortUnavailable);
    await expect(mailbox.find({ to: 'gl-1@x.test' })).rejects.toBeInstanceOf(PortUnavailable);
  },
);
