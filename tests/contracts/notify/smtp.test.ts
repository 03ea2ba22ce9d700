import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AddressInfo } from 'node:net';
import { openChannel } from '../../../notify/channels/index.ts';
import { notice } from '../../notify/notice.ts';

let server: SMTPServer;
let mails: string[];
let logins: string[];
let refuses: string | undefined;
beforeEach(async () => {
  [mails, logins, refuses] = [[], [], undefined];
  server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username = '', password }, _session, done) => {
      logins.push(username);
      if (password === 'right') done(null, { user: username });
      else done(new Error(`no ${password}`));
    },
    onRcptTo: ({ address }, _session, done) => {
      if (address === refuses) done(Object.assign(new Error('no'), { responseCode: 550 }));
      else done();
    },
    onData(stream, _session, done) {
      let text = '';
      stream.setEncoding('utf8').on('data', (part: string) => (text += part));
      stream.on('end', () => {
        mails.push(text);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => new Promise<void>((resolve) => server.close(() => resolve())));

function channel(address = (port: number): string => `smtp://127.0.0.1:${port}`) {
  const url = address((server.server.address() as AddressInfo).port);
  return openChannel(
    { adapter: 'smtp', url, from: 'greenlight@example.com', to: ['ops@example.com', 'ada@example.com'] },
    {
      post: () => Promise.reject(new Error('not by HTTP')),
      read: (value) => (typeof value === 'string' ? value : value.secret),
      now: () => new Date(),
    },
  );
}

const header = (mail: string | undefined, name: string): string =>
  new RegExp(`^${name}: (.*)$`, 'mi').exec(mail ?? '')?.[1]?.trim() ?? '';

test('a mail to everybody, with all that there is to know', async () => {
  await (await channel()).send(notice());
  const [mail] = mails;
  expect(header(mail, 'subject')).toBe('P1 shop: checkout-works is broken');
  expect(header(mail, 'to')).toBe('ops@example.com, ada@example.com');
  expect(header(mail, 'auto-submitted')).toBe('auto-generated');
  expect(mail).toContain('Owner: Ada');
  expect(mail).toContain('Runbook: https://wiki.example.com/checkout');
});

test('a repetition has the id of the first, and the end refers to the beginning', async () => {
  const open = await channel();
  await open.send(notice());
  await open.send(notice());
  await open.send(notice({ what: 'resolved', key: 'another' }));
  const ids = mails.map((mail) => header(mail, 'message-id'));
  expect([ids[1], new Set(ids).size]).toEqual([ids[0], 2]);
  expect(new Set(mails.map((mail) => header(mail, 'references'))).size).toBe(1);
});

test('what a target says adds no header and no recipient', async () => {
  await (await channel()).send(notice({ headline: 'broken\r\nBcc: evil@example.com\r\n\r\nhello' }));
  expect(header(mails[0], 'bcc')).toBe('');
  expect(header(mails[0], 'subject')).toContain('Bcc: evil@example.com');
});

test('a login that is refused, a recipient that is refused, nobody there: an error without secrets', async () => {
  const wrong = await channel((port) => `smtp://greenlight:wr0ng-secret@127.0.0.1:${port}`);
  await expect(wrong.send(notice())).rejects.toThrow(/^127\.0\.0\.1:\d+ answered 535$/);
  expect(logins).toEqual(['greenlight']);
  refuses = 'ada@example.com';
  await expect((await channel()).send(notice())).rejects.toThrow('refused 1 of 2 recipients');
  await expect((await channel(() => 'smtp://127.0.0.1:9')).send(notice())).rejects.toThrow(
    'could not be reached',
  );
});

test('in the clear it goes nowhere but to this machine', async () => {
  const far = await channel((port) => `smtp://127.0.0.1.nip.invalid:${port}`);
  await expect(far.send(notice())).rejects.toThrow('could not be reached');
});

test.each([
  ['smtp, by STARTTLS on this machine: it is taken', 'smtp', true],
  ['smtps: it is not', 'smtps', false],
])('a certificate that nobody signed, %s', async (_name, scheme, takes) => {
  const took: boolean[] = [];
  const relay = new SMTPServer({
    ...selfSigned(),
    secure: scheme === 'smtps',
    authOptional: true,
    onData(stream, session, done) {
      took.push(session.secure);
      stream.resume().on('end', () => {
        done();
      });
    },
  });
  // A client that hangs up because of the certificate is an error to the server, and expected.
  relay.on('error', () => undefined);
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = relay.server.address() as AddressInfo;
    const sent = (await channel(() => `${scheme}://127.0.0.1:${port}`)).send(notice());
    if (takes) await sent;
    else await expect(sent).rejects.toThrow('could not be reached');
    expect(took).toEqual(takes ? [true] : []);
  } finally {
    await new Promise<void>((resolve) => relay.close(() => resolve()));
  }
});

function selfSigned(): { readonly key: Buffer; readonly cert: Buffer } {
  const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-smtp-'));
  const [key, cert] = [path.join(directory, 'key.pem'), path.join(directory, 'cert.pem')];
  const made = ['-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-subj', '/CN=relay'];
  execFileSync('openssl', ['req', '-x509', '-days', '1', ...made], { stdio: 'ignore' });
  const pair = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(directory, { recursive: true });
  return pair;
}
