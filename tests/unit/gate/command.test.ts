import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommandLine } from '../../../scripts/program.ts';
import { createScreen } from '../../../safety/screen.ts';
import { COMMIT, TARGET, writeVerdict } from './verdicts.ts';

const QUERY = new URLSearchParams({ target: TARGET, commit: COMMIT }).toString();
const TOKEN = 'a-token-that-nobody-guesses';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'greenlight-gate-'));
  mkdirSync(path.join(cwd, 'runs'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

interface Started {
  /** Resolves to the address once it listens, or rejects when the command ends before. */
  readonly listening: Promise<string>;
  readonly ended: Promise<number>;
  readonly shown: () => string;
  stop(): void;
}

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
  const interruption = new AbortController();
  let shown = '';
  let heard: (url: string) => void;
  const url = new Promise<string>((resolve) => (heard = resolve));
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      shown += chunk.toString();
      const [, at] = /listens on (\S+)/.exec(shown) ?? [];
      if (at !== undefined) heard(at);
      done();
    },
  });
  const screen = createScreen({ out: stream, err: stream, env });
  const ended = runCommandLine(['gate', 'serve', ...args], {
    screen,
    env,
    cwd,
    interrupted: interruption.signal,
  });
  const early = ended.then((code): never => {
    throw new Error(`ended with ${code}: ${shown}`);
  });
  const listening = Promise.race([url, early]);
  listening.catch(() => undefined);
  return { listening, ended, shown: () => shown, stop: () => interruption.abort() };
}

describe('greenlight gate serve', () => {
  test('listens, answers, writes its audit log and stops when it is told to', async () => {
    writeVerdict(path.join(cwd, 'runs'), { decision: 'GO' });
    const gate = start(['--runs', 'runs', '--listen', '127.0.0.1:0', '--audit', 'audit.log'], {
      GREENLIGHT_GATE_TOKENS: `ci:${TOKEN}`,
    });
    const url = await gate.listening;
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await fetch(`${url}/v1/verdict?${QUERY}`, { headers })).status).toBe(200);
    expect((await fetch(`${url}/v1/verdict?${QUERY}`)).status).toBe(401);
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ gate: 'listening' });
    gate.stop();
    expect(await gate.ended).toBe(130);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    const lines = readFileSync(path.join(cwd, 'audit.log'), 'utf8').trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(['answer', 'refused']);
  });

  test('speaks TLS', async () => {
    const files = ['-keyout', path.join(cwd, 'key.pem'), '-out', path.join(cwd, 'cert.pem')];
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const named = ['-days', '1', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    execFileSync('openssl', [...made, ...named, ...files], { stdio: 'pipe' });
    const gate = start([
      '--runs',
      'runs',
      '--listen',
      'localhost:0',
      '--tls-cert',
      'cert.pem',
      '--tls-key',
      'key.pem',
    ]);
    const url = await gate.listening;
    const ca = readFileSync(path.join(cwd, 'cert.pem'));
    const status = await new Promise((resolve, reject) => {
      get(`${url}/v1/verdict?${QUERY}`, { ca }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
    expect(status).toBe(404);
    gate.stop();
    await gate.ended;
  });

  test.each([
    ['another machine could reach it without a token', ['--listen', '0.0.0.0:0'], 'there are no tokens'],
    ['an address without a port', ['--listen', '127.0.0.1'], 'host:port'],
    ['half of TLS', ['--tls-cert', 'cert.pem'], '--tls-key'],
    ['a certificate that is not there', ['--tls-cert', 'a', '--tls-key', 'b'], '--tls-cert a'],
    ['a certificate that is none', ['--tls-cert', 'weak', '--tls-key', 'weak'], '--tls-cert weak'],
    ['a report address that is none', ['--report-url', 'reports'], '--report-url'],
    ['a file of tokens that is not there', ['--tokens', 'nowhere'], 'cannot be read'],
    ['a token that can be guessed', ['--tokens', 'weak'], 'fewer than 20 characters'],
    ['an empty file of tokens', ['--tokens', 'empty', '--listen', '0.0.0.0:0'], 'holds none'],
    ['an empty file of tokens, and what to do', ['--tokens', 'empty'], 'openssl rand -hex 32'],
    ['a folder that is not there', ['--runs', 'nowhere'], '--runs nowhere'],
  ])('%s: refused', async (_title, args, words) => {
    writeFileSync(path.join(cwd, 'weak'), 'ci:secret-1\n');
    writeFileSync(path.join(cwd, 'empty'), '# none\n');
    const gate = start(['--runs', 'runs', ...args]);
    expect(await gate.ended).toBe(64);
    expect(gate.shown()).toContain(words);
    expect(gate.shown()).not.toContain('secret-1');
  });

  test('an empty variable is not taken for "no token needed" on the network', async () => {
    const gate = start(['--runs', 'runs', '--listen', '0.0.0.0:0'], { GREENLIGHT_GATE_TOKENS: '' });
    expect(await gate.ended).toBe(64);
  });

  test('a missing option is bad usage', async () => {
    const gate = start(['--listen', '127.0.0.1:0']);
    expect(await gate.ended).toBe(64);
    expect(gate.shown()).toContain('--runs');
  });
});
