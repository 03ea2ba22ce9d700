import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Mail } from '../../../contract/ports/mailbox.ts';
import { startSmtpSink, type SmtpSink } from '../../../demo/parts/smtp-sink.ts';
import { scratch } from './scratch.ts';

const directory = scratch();
let sink: SmtpSink;

beforeAll(async () => {
  sink = await startSmtpSink({ directory, limits: { messages: 5, messageBytes: 20_000 } });
});
afterAll(() => sink.stop());

const transport = () =>
  createTransport({ host: sink.smtpHost, port: sink.smtpPort, secure: false, ignoreTLS: true });

async function mailsTo(address: string): Promise<Mail[]> {
  const response = await fetch(`${sink.url}/messages?to=${encodeURIComponent(address)}`);
  return (await response.json()) as Mail[];
}

test('keeps a mail as its recipient sees it', async () => {
  await transport().sendMail({
    from: 'The Shop <shop@example.test>',
    to: 'Somebody <gl-run-1@example.test>',
    bcc: 'hidden@example.test',
    subject: 'Grüße from the shop',
    text: 'plain',
    html: '<p>Hi <a href="http://shop.test/verify?a=1&amp;b=2">verify</a></p>',
  });
  const [mail, ...others] = await mailsTo('GL-run-1@example.TEST');
  expect(others).toEqual([]);
  expect(mail).toMatchObject({
    from: 'shop@example.test',
    to: ['gl-run-1@example.test', 'hidden@example.test'],
    subject: 'Grüße from the shop',
    links: ['http://shop.test/verify?a=1&b=2'],
  });
  expect(mail?.text.trim()).toBe('plain');
  expect(mail?.headers['from']).toBe('The Shop <shop@example.test>');
  expect(new Date(mail?.receivedAt ?? '').toISOString()).toBe(mail?.receivedAt);
  expect(await mailsTo('hidden@example.test')).toHaveLength(1);
  expect(await mailsTo('gl-run-11@example.test')).toEqual([]);
});

test('answers newest first and makes room for new mail', async () => {
  for (let number = 1; number <= 7; number += 1) {
    await transport().sendMail({
      from: 'a@b.test',
      to: 'many@b.test',
      subject: `number ${number}`,
      text: '-',
    });
  }
  const subjects = (await mailsTo('many@b.test')).map((mail) => mail.subject);
  expect(subjects).toEqual(['number 7', 'number 6', 'number 5', 'number 4', 'number 3']);
  const health = (await (await fetch(`${sink.url}/healthz`)).json()) as Record<string, unknown>;
  expect(health).toMatchObject({ status: 'ok', mails: { stored: 5 } });
});

test('refuses a mail that is too big, and lives', async () => {
  const big = transport().sendMail({ from: 'a@b.test', to: 'big@b.test', text: 'x'.repeat(40_000) });
  await expect(big).rejects.toThrow(/552/);
  expect(await mailsTo('big@b.test')).toEqual([]);
});

test('refuses everybody when told to, until told otherwise', async () => {
  const fault = (refuse: boolean) =>
    fetch(`${sink.url}/faults`, { method: 'POST', body: JSON.stringify({ refuse }) });
  const send = () => transport().sendMail({ from: 'a@b.test', to: 'no@b.test', text: '-' });
  await fault(true);
  await expect(send()).rejects.toThrow(/550/);
  await fault(false);
  await send();
  expect(await mailsTo('no@b.test')).toHaveLength(1);
  const wrong = await fetch(`${sink.url}/faults`, { method: 'POST', body: '{"refuze":true}' });
  expect(wrong.status).toBe(400);
});

test('a killed sink answers nobody', async () => {
  const victim = await startSmtpSink({ directory });
  process.kill(victim.pid, 'SIGKILL');
  await victim.stop();
  await expect(fetch(`${victim.url}/healthz`)).rejects.toThrow();
});
