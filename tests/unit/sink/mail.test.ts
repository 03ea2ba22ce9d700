import { expect, test } from 'vitest';
import { mailLinks } from '../../../sink/mail-links.ts';
import { readMail } from '../../../sink/read-mail.ts';

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
