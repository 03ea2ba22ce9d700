import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createPlain, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { type Authority, type Certificate, createAuthority } from './certificate-authority.ts';

const run = promisify(execFile);
const servers: Server[] = [];
let ours: Authority;
let strangers: Authority;
beforeAll(() => {
  ours = createAuthority();
  strangers = createAuthority();
});
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  ours.remove();
  strangers.remove();
});

const DAY_MS = 86_400_000;
/** @param daysOff of the clock behind the `Date` header, against ours */
async function serve(certificate: Certificate | undefined, daysOff = 0): Promise<string> {
  const answer: Parameters<typeof createPlain>[1] = (_request, response) =>
    response.setHeader('date', new Date(Date.now() + daysOff * DAY_MS).toUTCString()).end('fine');
  const server = certificate === undefined ? createPlain(answer) : createServer(certificate, answer);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http${certificate === undefined ? '' : 's'}://localhost:${(server.address() as AddressInfo).port}`;
}

const GOOD = { from: -1, to: 30 };
const EXPIRED = { from: -30, to: -2 };
const EARLY = { from: 2, to: 30 };

type Sign = () => Certificate;
const CASES: readonly (readonly [string, Sign, number, Finding['outcome'], string | undefined])[] = [
  ['is good', () => ours.sign('localhost', GOOD), 0, 'pass', undefined],
  ['has expired', () => ours.sign('localhost', EXPIRED), 0, 'fail', 'certificate expired'],
  ['is not valid yet', () => ours.sign('localhost', EARLY), 0, 'fail', 'certificate not yet valid'],
  [
    'is that of another host',
    () => ours.sign('elsewhere.example', GOOD),
    0,
    'fail',
    'certificate of another host',
  ],
  ['is signed by a stranger', () => strangers.sign('localhost', GOOD), 0, 'fail', 'certificate not trusted'],
  [
    'has expired by a clock of ours that is days ahead',
    () => ours.sign('localhost', EXPIRED),
    -5,
    'unknown',
    'own-clock',
  ],
  [
    'is not valid yet by a clock of ours that is days behind',
    () => ours.sign('localhost', EARLY),
    5,
    'unknown',
    'own-clock',
  ],
  ['has expired by both clocks', () => ours.sign('localhost', EXPIRED), -1, 'fail', 'certificate expired'],
];

/** What is asked, and what the answer was. */
const found = new Map<string, Finding>();
const BEHIND = 'expired, and the control address has the right time';
const AHEAD = 'expired, and the control address is behind as well';

// Trust is read when a process starts, and is the same for all: one process asks them one after the other.
beforeAll(async () => {
  const asked: { name: string; url: string; control?: string }[] = [];
  for (const [name, sign, daysOff] of CASES) asked.push({ name, url: await serve(sign(), daysOff) });
  const expired = await serve(ours.sign('localhost', EXPIRED), -5);
  asked.push({ name: BEHIND, url: expired, control: await serve(undefined) });
  asked.push({ name: AHEAD, url: expired, control: await serve(undefined, -5) });
  const args = ['--import', import.meta.resolve('tsx'), join(import.meta.dirname, 'ask-each.ts')];
  const { stdout } = await run(process.execPath, [...args, JSON.stringify(asked)], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: ours.file },
  });
  for (const [name, finding] of Object.entries(JSON.parse(stdout) as Record<string, Finding>))
    found.set(name, finding);
});

test.each(CASES)('a certificate that %s', (name, _sign, _daysOff, outcome, said) => {
  const finding = found.get(name);
  expect(
    [finding?.outcome, finding?.outcome === 'fail' ? finding.measured : finding?.cause],
    finding?.summary,
  ).toEqual([outcome, said]);
  if (outcome === 'unknown') expect(finding?.remedy).toContain('clock');
});

test('the control address says whose clock is wrong', () => {
  expect(found.get(BEHIND)).toMatchObject({ outcome: 'fail' });
  expect(found.get(AHEAD)).toMatchObject({ outcome: 'unknown', cause: 'own-clock' });
});
