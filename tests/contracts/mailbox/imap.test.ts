import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import { openMailbox } from '../../../suites/adapters/mailbox/index.ts';
import { hasDovecot, type ImapServer, startDovecot } from './dovecot.ts';

const mail = (to: string, subject: string, body: string): string => `From: Shop <shop@shop.test>
To: Customer <${to}>
Subject: ${subject}
Message-ID: <${subject.replaceAll(' ', '-')}@shop.test>
Date: Sat, 21 Nov 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

${body}
`;

describe.skipIf(!hasDovecot)('the IMAP mailbox, on a real dovecot', () => {
  let server: ImapServer;
  const open = (password = 'right') =>
    openMailbox({
      adapter: 'imap',
      host: '127.0.0.1',
      port: server.port,
      secure: false,
      user: 'tester',
      password,
      folder: 'INBOX',
    });

  beforeAll(async () => {
    server = await startDovecot('tester', 'right');
  });
  afterAll(() => server.stop());

  test('finds a mail by its exact recipient, also one that arrives later', async () => {
    const mailbox = open();
    try {
      await mailbox.ready();
      expect(await mailbox.find({ to: 'gl-1@shop.test' })).toBeNull();
      await server.deliver(mail('xgl-1@shop.test', 'For another', 'no'));
      expect(await mailbox.find({ to: 'gl-1@shop.test' })).toBeNull();
      await server.deliver(
        mail('gl-1@shop.test', 'Welcome', '<a href="https://shop.test/verify?a=1&amp;b=2">verify</a>'),
      );
      const found = await mailbox.find({ to: 'GL-1@shop.test', subject: 'welcome' });
      expect(found).toMatchObject({
        id: '<Welcome@shop.test>',
        from: 'shop@shop.test',
        to: ['gl-1@shop.test'],
        subject: 'Welcome',
        links: ['https://shop.test/verify?a=1&b=2'],
      });
      expect(found?.headers['message-id']).toBe('<Welcome@shop.test>');
      expect(await mailbox.find({ to: 'gl-1@shop.test', subject: 'invoice' })).toBeNull();
    } finally {
      await mailbox.close();
    }
  });

  test('removes the mails that went to us alone, and goes on reading', async () => {
    const mailbox = open();
    try {
      const others = [
        'gl-run7-2r0-abc-1@shop.test',
        'gl-run8-1zr0-abc-1@shop.test',
        'xgl-run7-1zr0-1@shop.test',
      ];
      for (const to of ['gl-run7-1zr0-abc-1@shop.test', 'qa+gl-run7-1zr1-abc-2@shop.test', ...others])
        await server.deliver(mail(to, 'Hi', 'x'));
      const copied = mail('gl-run7-1zr0-abc-3@shop.test', 'Hi', 'x');
      await server.deliver(copied.replace('Subject:', 'Cc: copy@shop.test\nSubject:'));
      expect(await mailbox.removeMailsTo('gl-run7-1zr')).toBe(2);
      expect(await mailbox.find({ to: 'gl-run7-1zr0-abc-1@shop.test' })).toBeNull();
      expect(await mailbox.find({ to: 'qa+gl-run7-1zr1-abc-2@shop.test' })).toBeNull();
      for (const to of [...others, 'gl-run7-1zr0-abc-3@shop.test'])
        expect(await mailbox.find({ to }), to).not.toBeNull();
      expect(await mailbox.removeMailsTo('gl-run7-1zr')).toBe(0);
    } finally {
      await mailbox.close();
    }
  });

  test('a wrong password is unavailable, and the hint says what to check', async () => {
    const mailbox = open('wrong');
    await expect(mailbox.removeMailsTo('gl-run7-1zr')).rejects.toBeInstanceOf(PortUnavailable);
    const error = await mailbox.ready().catch((thrown: unknown) => thrown);
    await mailbox.close();
    expect(error).toBeInstanceOf(PortUnavailable);
    expect((error as PortUnavailable).remedy).toContain('password');
    expect(String(error)).not.toContain('wrong');
  });

  test('a server that went away is unavailable', async () => {
    const other = await startDovecot('tester', 'right');
    const mailbox = openMailbox({
      adapter: 'imap',
      host: '127.0.0.1',
      port: other.port,
      secure: false,
      user: 'tester',
      password: 'right',
      folder: 'INBOX',
    });
    await mailbox.ready();
    await other.stop();
    await expect(mailbox.find({ to: 'gl-1@shop.test' })).rejects.toBeInstanceOf(PortUnavailable);
    await mailbox.close();
  });
});
