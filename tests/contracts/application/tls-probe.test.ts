import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer as createPlain, type Server } from 'node:http';
import { createServer } from 'node:https';
import net from 'node:net';
import { createSecureContext, type TlsOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { Probe } from '../../../contract/plan/probe.ts';
import { TargetUnreachable } from '../../../contract/ports/application.ts';
import { createHttpApplication } from '../../../safety/http-application.ts';
import { createControl } from '../../../suites/control.ts';
import { probeFinding } from '../../../suites/probe-finding.ts';
import { probeTls } from '../../../suites/probes/tls-probe.ts';
import { aboutThirdParty } from '../../../suites/third-party.ts';
import { whoseCertificateFault } from '../../../suites/whose-certificate.ts';
import { type Authority, type Certificate, createAuthority } from './certificate-authority.ts';

const HOST = 'shop.example';
const DAY_MS = 86_400_000;
const GOOD = { from: -1, to: 30 };
const servers: Server[] = [];
let ours: Authority;
let strangers: Authority;
let good: Certificate;
beforeAll(() => {
  ours = createAuthority();
  strangers = createAuthority();
  good = ours.sign(HOST, GOOD);
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  ours.remove();
  strangers.remove();
});

/** @param daysOff of the clock behind the `Date` header, against ours */
async function serve(options: TlsOptions | undefined, daysOff = 0): Promise<number> {
  const answer: Parameters<typeof createPlain>[1] = (_request, response) =>
    response.setHeader('date', new Date(Date.now() + daysOff * DAY_MS).toUTCString()).end('fine');
  const server = options === undefined ? createPlain(answer) : createServer(options, answer);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as net.AddressInfo).port;
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

interface Asked {
  readonly host?: string;
  readonly probe?: Readonly<Record<string, unknown>>;
  readonly control?: string;
  readonly thirdParty?: boolean;
}

/** The name is not in any DNS: that it is found shows that the address of the plan was asked. */
async function look(
  port: number,
  { host = HOST, probe: over = {}, control, thirdParty = false }: Asked = {},
): Promise<Finding> {
  const probe = Probe.parse({
    kind: 'tls',
    id: 'certificate-is-good',
    title: 'x',
    address: '127.0.0.1',
    ...over,
  }) as Extract<Probe, { kind: 'tls' }>;
  const tools = {
    application: createHttpApplication(),
    urls: { app: `https://${host}:${port}/base` },
    control: createControl(control),
    ...(thirdParty && { thirdParties: new Set(['app']) }),
  };
  const finding = await probeFinding(probe.id, () => probeTls(probe, tools, readFileSync(ours.file, 'utf8')));
  return thirdParty ? aboutThirdParty(finding) : finding;
}

const wrongOf = ({ detail }: Finding): readonly string[] =>
  detail?.kind === 'probe' ? detail.statements.filter(({ ok }) => !ok).map(({ name }) => name) : [];

test('a good certificate at a pinned address, by the name that is asked for', async () => {
  const seen: (string | false | undefined)[] = [];
  const other = ours.sign('other.example', GOOD);
  const port = await serve({
    ...other,
    SNICallback: (name, done) => {
      seen.push(name);
      done(null, createSecureContext(name === HOST ? good : other));
    },
  });
  const finding = await look(port, { probe: { refusesOlder: true } });
  expect(finding, finding.summary).toMatchObject({ outcome: 'pass', sampleSize: 5 });
  expect(seen).toContain(HOST);
  expect(await look(port, { probe: { servername: 'other.example' } })).toMatchObject({ outcome: 'pass' });
  expect(wrongOf(await look(port, { probe: { servername: 'third.example' } }))).toEqual(['certificate name']);
});

test('by another name the endpoint is asked, and not what that name leads to', async () => {
  const port = await serve(good);
  // Nobody resolves shop.example: it can only have been the address of the endpoint.
  const asked = { host: '127.0.0.1', probe: { address: undefined, servername: HOST } };
  expect(await look(port, asked)).toMatchObject({ outcome: 'pass' });
  expect(await look(await closedPort(), asked)).not.toMatchObject({ outcome: 'pass' });
});

describe('what is the fault of the target', () => {
  test.each<[string, () => TlsOptions, Asked['probe'], string, RegExp]>([
    [
      'another name',
      () => ours.sign('elsewhere.example', GOOD),
      {},
      'certificate name',
      /elsewhere\.example/,
    ],
    ['a stranger signed it', () => strangers.sign(HOST, GOOD), {}, 'certificate chain', /UNABLE_TO/],
    ['expired', () => ours.sign(HOST, { from: -30, to: -2 }), {}, 'days left of the certificate', /expired/],
    [
      'not valid yet',
      () => ours.sign(HOST, { from: 2, to: 30 }),
      {},
      'days left of the certificate',
      /not yet/,
    ],
    ['too few days', () => ours.sign(HOST, { from: -1, to: 10 }), {}, 'days left of the certificate', /9/],
    [
      'an old protocol',
      () => ({ ...good, maxVersion: 'TLSv1.2' }),
      { protocol: 'TLSv1.3' },
      'TLS version',
      /TLSv1\.2/,
    ],
    [
      'nothing but a very old protocol',
      () => ({ ...good, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
      {},
      'TLS version',
      /TLSv1\.1/,
    ],
    [
      'an old protocol beside a new one',
      () => ({ ...good, minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }),
      { refusesOlder: true },
      'older versions of TLS',
      /TLSv1\.1 is accepted/,
    ],
  ])('%s', async (_, options, probe, name, measured) => {
    const port = await serve(options());
    const finding = await look(port, { probe });
    expect([finding.outcome, ...wrongOf(finding)], finding.summary).toEqual(['fail', name]);
    expect(finding.remedy).toContain(HOST);
    expect(String(finding.measured)).toMatch(measured);
    expect(await look(port, { probe, thirdParty: true })).toMatchObject({
      outcome: 'unknown',
      cause: 'third-party',
    });
  });

  test('as many days as the plan wants are enough, and no certificate of the client is needed', async () => {
    const short = await serve({ ...ours.sign(HOST, { from: -1, to: 10 }), requestCert: true });
    expect(await look(short, { probe: { daysLeft: 9 } })).toMatchObject({ outcome: 'pass' });
  });

  test('nobody listens, or not for TLS', async () => {
    expect(await look(await closedPort())).toMatchObject({ outcome: 'fail', measured: 'connection refused' });
    expect(await look(await serve(undefined))).toMatchObject({ outcome: 'fail' });
  });
});

describe('what is not', () => {
  test('nothing answers while the control address is silent', async () => {
    const control = `http://127.0.0.1:${await closedPort()}`;
    expect(await look(await closedPort(), { control })).toMatchObject({
      outcome: 'unknown',
      cause: 'network',
    });
    // Nor is it known whose certificate a dead network shows.
    const port = await serve(strangers.sign(HOST, GOOD));
    expect(await look(port, { control })).toMatchObject({ outcome: 'unknown' });
  });

  test.each([
    ['has expired', { from: -30, to: -2 }, -5, 'unknown', 'fail'],
    ['has too few days left', { from: -30, to: 10 }, -20, 'unknown', 'fail'],
    ['seems to be valid', { from: -30, to: 20 }, 15, 'unknown', 'pass'],
    ['has too few days left by both', { from: -30, to: 10 }, -1, 'fail', 'fail'],
    ['is valid by both', { from: -30, to: 30 }, 5, 'pass', 'pass'],
  ])('a certificate that %s by a clock of ours that is far off', async (_, days, daysOff, alone, beside) => {
    const port = await serve(ours.sign(HOST, days), daysOff);
    const finding = await look(port);
    expect(finding.outcome, finding.summary).toBe(alone);
    if (alone === 'unknown') {
      expect(finding.cause).toBe('own-clock');
      expect(finding.remedy).toContain('NTP');
    }
    // Where the control address sides with our clock, it is theirs that is wrong.
    const control = `http://127.0.0.1:${await serve(undefined)}`;
    expect((await look(port, { control })).outcome).toBe(beside);
  });

  test('a CA that this machine trusts and Node does not know', async () => {
    const url = `https://localhost:${await serve(ours.sign('localhost', GOOD))}`;
    const error = new TargetUnreachable('certificate-untrusted', 'x', { url });
    const control = createControl(undefined);
    expect(await whoseCertificateFault(error, control, [ours.file])).toBe('ca-unknown-to-node');
    expect(await whoseCertificateFault(error, control, [strangers.file])).toBe('certificate-untrusted');
    expect(await whoseCertificateFault(error, control, ['/nowhere.pem'])).toBe('certificate-untrusted');
  });
});
