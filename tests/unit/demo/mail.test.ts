import { expect, test } from 'vitest';
import type { Mail } from '../../../contract/ports/mailbox.ts';
import { mailLinks } from '../../../demo/parts/mail-links.ts';
import { createMailStore } from '../../../demo/parts/mail-store.ts';
import { readMail } from '../../../demo/parts/read-mail.ts';

const mail = (id: string, to = 'a@b.test'): Mail => ({
  id,
  from: 'shop@example.test',
  to: [to],
  subject: id,
  text: '',
  html: '',
  links: [],
  headers: {},
  receivedAt: '2026-01-01T00:00:00.000Z',
});

test('links of the HTML part win, in order, decoded, absolute, once', () => {
  const html = `<a class="x" HREF='https://a.test/?x=1&amp;y=&#50;'>1</a><a href=http://b.test/c>2</a>
    <a href="/relative">3</a><a href="mailto:x@y.test">4</a><a href="http://b.test/c">again</a>`;
  expect(mailLinks({ html, text: 'http://never.test' })).toEqual([
    'https://a.test/?x=1&y=2',
    'http://b.test/c',
  ]);
});

test('links of the text part, without the punctuation after them', () => {
  const text = 'Go to https://a.test/verify?t=1. Or (http://b.test/x), please!';
  expect(mailLinks({ html: '', text })).toEqual(['https://a.test/verify?t=1', 'http://b.test/x']);
});

test('the envelope says who gets it, the header who wrote it', async () => {
  const raw = Buffer.from(
    'From: "A B" <ab@c.test>\r\nTo: else@c.test\r\nX-Run: 1\r\nX-Run: 2\r\nSubject: s\r\n\r\nbody',
  );
  const read = await readMail(raw, { from: 'bounce@c.test', to: ['real@c.test'] }, new Date(0));
  expect(read).toMatchObject({
    from: 'ab@c.test',
    to: ['real@c.test'],
    subject: 's',
    headers: { 'x-run': '1\n2' },
    receivedAt: '1970-01-01T00:00:00.000Z',
  });
  expect(read.text.trim()).toBe('body');
});

test('the store keeps the newest within its limits, and always the last one', () => {
  const store = createMailStore({ messages: 3, bytes: 100 });
  for (const id of ['1', '2', '3', '4']) store.add(mail(id), 10);
  expect(store.find().map((one) => one.id)).toEqual(['4', '3', '2']);
  store.add(mail('big'), 500);
  expect(store.find().map((one) => one.id)).toEqual(['big']);
  expect(store.counts()).toEqual({ received: 5, stored: 1, dropped: 4 });
});

test('finds by the whole address only', () => {
  const store = createMailStore({ messages: 9, bytes: 1_000 });
  store.add(mail('1', 'GL-1@example.test'), 1);
  expect(store.find('gl-1@EXAMPLE.test')).toHaveLength(1);
  expect(store.find('l-1@example.test')).toEqual([]);
  expect(store.find('gl-1@example.test.evil')).toEqual([]);
});
