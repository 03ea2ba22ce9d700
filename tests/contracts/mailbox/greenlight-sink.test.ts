import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import { type SmtpSink, startSmtpSink } from '../../../demo/parts/smtp-sink.ts';
import { openMailbox } from '../../../suites/adapters/mailbox/index.ts';

let directory: string;
let sink: SmtpSink;

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'greenlight-sink-'));
  sink = await startSmtpSink({ directory });
});
afterAll(async () => {
  await sink.stop();
  await rm(directory, { recursive: true, force: true });
});

test('finds what was really sent by SMTP, by exact recipient and subject', async () => {
  const mailbox = openMailbox({ adapter: 'greenlight-sink', url: sink.url });
  await mailbox.ready();
  expect(await mailbox.find({ to: 'gl-1@shop.test' })).toBeNull();
  const transport = createTransport({
    host: sink.smtpHost,
    port: sink.smtpPort,
    secure: false,
    ignoreTLS: true,
  });
  const send = (to: string, subject: string) =>
    transport.sendMail({
      from: 'Shop <shop@shop.test>',
      to,
      subject,
      html: '<a href="https://shop.test/verify?a=1&amp;b=2">verify</a>',
    });
  await send('gl-1@shop.test', 'Welcome');
  await send('agl-1@shop.test', 'Welcome to another');
  const found = await mailbox.find({ to: 'gl-1@shop.test', subject: 'WELCOME' });
  expect(found).toMatchObject({ subject: 'Welcome', links: ['https://shop.test/verify?a=1&b=2'] });
  expect(await mailbox.find({ to: 'gl-1@shop.test', subject: 'invoice' })).toBeNull();
});

test('removes the mails that went to us alone, and no other', async () => {
  const mailbox = openMailbox({ adapter: 'greenlight-sink', url: sink.url });
  const transport = createTransport({
    host: sink.smtpHost,
    port: sink.smtpPort,
    secure: false,
    ignoreTLS: true,
  });
  const send = (to: string[]) => transport.sendMail({ from: 'shop@shop.test', to, subject: 'Hi', text: 'x' });
  await send(['gl-run7-1zr0-abc-1@shop.test']);
  await send(['qa+GL-run7-1zr1-abc-2@shop.test']);
  const others = ['gl-run7-2r0-abc-1@shop.test', 'gl-run8-1zr0-abc-1@shop.test', 'ann@shop.test'];
  for (const other of others) await send([other]);
  await send(['gl-run7-1zr0-abc-3@shop.test', 'copy@shop.test']);
  expect(await mailbox.removeMailsTo('gl-run7-1zr')).toBe(2);
  expect(await mailbox.find({ to: 'gl-run7-1zr0-abc-1@shop.test' })).toBeNull();
  for (const other of [...others, 'copy@shop.test']) expect(await mailbox.find({ to: other })).not.toBeNull();
  expect(await mailbox.removeMailsTo('gl-run7-1zr')).toBe(0);
});

test('an address that is no sink, and a sink that is gone, are unavailable', async () => {
  const smtp = openMailbox({ adapter: 'greenlight-sink', url: `http://127.0.0.1:${sink.smtpPort}` });
  await expect(smtp.find({ to: 'gl-1@shop.test' })).rejects.toBeInstanceOf(PortUnavailable);
  const other = await startSmtpSink({ directory });
  await other.stop();
  const gone = openMailbox({ adapter: 'greenlight-sink', url: other.url });
  await expect(gone.ready()).rejects.toBeInstanceOf(PortUnavailable);
});
