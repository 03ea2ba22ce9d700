import { expect, test } from 'vitest';
import { readMail } from '../../../sink/read-mail.ts';

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
