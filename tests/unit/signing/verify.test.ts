import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { failing } from '../reporters/evidence-builders.ts';
import { codesOf, goEvidence, NOW, RIGHT, signedReport, type SignedReport } from './signed-report.ts';

let report: SignedReport;
beforeEach(async () => {
  report = await signedReport();
});
afterEach(() => report.remove());

const OTHER = `sha256:${'9'.repeat(64)}`;

describe('greenlight verify', () => {
  test('accepts a fresh GO about exactly this', async () => {
    const end = await report.verify('--url', 'app=https://shop.example.com');
    expect(end.code, end.out + end.err).toBe(0);
    expect(end.out).toContain('Accepted: GO for 2.4.0 on shop, post-cutover, run run1.');
    const json = await report.verify('--json');
    expect(JSON.parse(json.out)).toMatchObject({
      accepted: true,
      refusals: [],
      statement: { predicate: { result: 'PASSED' } },
    });
  });

  test.each([
    ['another nonce: a replay', ['--nonce', 'question-8'], 'other-nonce', 'question-8'],
    ['another target: staging for production', ['--target', 'production'], 'other-target', 'production'],
    ['another address', ['--url', 'app=https://shop.example.org'], 'other-url', 'example.org'],
    ['an address that the run did not use', ['--url', 'admin=https://a.example'], 'other-url', 'names no'],
    ['another commit', ['--commit', 'f'.repeat(40)], 'other-commit', 'f'.repeat(40)],
    ['another release', ['--release', '2.4.1'], 'other-release', '2.4.1'],
    ['another artifact', ['--artifact', OTHER], 'other-artifact', OTHER],
    ['another phase', ['--phase', 'preflight'], 'other-phase', 'preflight'],
    ['another plan', ['--plan-digest', OTHER], 'other-plan', OTHER],
    ['another policy', ['--policy-digest', OTHER], 'other-policy', OTHER],
    [
      'a clock in the future',
      ['--at', '2026-11-20T10:02:00Z'],
      'from-the-future',
      '2026-11-20T10:04:00.000Z',
    ],
    ['a decision that is too old', ['--max-age', '5'], 'too-old', '5 minutes'],
  ])('refuses %s', async (_, args, code, words) => {
    const end = await report.verify(...args);
    expect(end.code, end.err).toBe(20);
    expect(codesOf(end)).toEqual([code]);
    expect(end.out).toContain(words);
  });

  test('refuses when it has expired, at the very moment', async () => {
    const { expiresAt } = report.statement().predicate.greenlight;
    const end = await report.verify('--at', expiresAt, '--max-age', '1000');
    expect(codesOf(end)).toEqual(['expired']);
    const before = new Date(Date.parse(expiresAt) - 1).toISOString();
    expect((await report.verify('--at', before, '--max-age', '1000')).code).toBe(0);
  });

  test('bears with clocks that differ by less than a minute', async () => {
    expect((await report.verify('--at', '2026-11-20T10:03:10Z')).code).toBe(0);
  });

  test('takes the time of the machine unless told otherwise', async () => {
    const { '--at': _at, ...now } = RIGHT;
    const end = await report.run('verify', report.files.proof, ...Object.entries(now).flat());
    expect(end.code).toBe(20);
    expect(codesOf(end)).toContain(Date.now() < Date.parse(NOW) ? 'from-the-future' : 'expired');
  });

  test('lists everything that is wrong at once', async () => {
    await report.run('keygen', '--out', 'stranger');
    writeFileSync(report.files.evidence, '{}');
    const end = await report.verify(
      ...['--key', 'stranger.pub.pem', '--nonce', 'x', '--target', 'y', '--at', '2027-01-01T00:00:00Z'],
    );
    expect(end.code).toBe(20);
    expect(codesOf(end)).toEqual([
      'wrong-key',
      'other-target',
      'other-nonce',
      'expired',
      'too-old',
      'evidence-edited',
    ]);
  });

  test.each([
    ['the verdict', 'verdict', 'verdict-edited'],
    ['the evidence', 'evidence', 'evidence-edited'],
  ] as const)('refuses when %s was edited, by as little as a space', async (_, file, code) => {
    writeFileSync(report.files[file], `${readFileSync(report.files[file], 'utf8')} `);
    expect(codesOf(await report.verify())).toEqual([code]);
    // What is there must be right even where nothing needs to be there.
    expect(codesOf(await report.verify('--envelope-only'))).toEqual([code]);
  });

  test('accepts an envelope that travelled alone only when told so', async () => {
    rmSync(report.files.verdict);
    rmSync(report.files.evidence);
    const end = await report.verify();
    expect(end.code).toBe(20);
    expect(codesOf(end)).toEqual(['files-missing', 'files-missing']);
    expect((await report.verify('--envelope-only')).code).toBe(0);
  });

  test('refuses an envelope without signatures, and by another key whatever its key id says', async () => {
    const { keyid } = report.envelope().signatures[0] ?? { keyid: '' };
    writeFileSync(report.files.proof, JSON.stringify({ ...report.envelope(), signatures: [] }));
    expect(codesOf(await report.verify())).toEqual(['unsigned']);
    const other = await signedReport();
    const [signature] = other.envelope().signatures;
    other.remove();
    writeFileSync(
      report.files.proof,
      JSON.stringify({ ...report.envelope(), signatures: [{ ...signature, keyid }] }),
    );
    expect(codesOf(await report.verify())).toEqual(['wrong-key']);
  });

  test.each([
    ['NO_GO', 'FAILED'],
    ['INCONCLUSIVE', 'PASSED'],
    ['GO', 'FAILED'],
  ] as const)('refuses a signed %s with the result %s', async (decision, result) => {
    report.resign(({ predicate }) => {
      predicate.greenlight.decision = decision;
      predicate.result = result;
    });
    expect(codesOf(await report.verify())).toEqual(['not-go']);
  });

  test('refuses times that make no sense', async () => {
    report.resign(({ predicate }) => (predicate.greenlight.expiresAt = predicate.greenlight.startedAt));
    expect(codesOf(await report.verify())).toContain('malformed');
  });

  test.each([
    ['nothing', ''],
    ['text', 'GO'],
    ['JSON that is no envelope', '{"decision":"GO"}'],
    [
      'another type of payload',
      JSON.stringify({ payload: 'e30=', payloadType: 'application/json', signatures: [] }),
    ],
    ['a payload that is not base64', envelopeOf('*')],
    ['a payload that is not UTF-8', envelopeOf(Buffer.from([0xff, 0xfe]).toString('base64'))],
    ['a payload that is not JSON', envelopeOf(Buffer.from('GO').toString('base64'))],
  ])('refuses %s as malformed', async (_, text) => {
    writeFileSync(report.files.proof, text);
    const end = await report.verify();
    expect(end.code).toBe(20);
    expect(codesOf(end)).toEqual(['malformed']);
  });

  test('refuses what was signed about something else', async () => {
    await report.run('sign-off', ...person('gate'));
    const [file] = (await import('node:fs')).readdirSync(report.files.signOffs);
    const end = await report.run(
      'verify',
      path.join(report.files.signOffs, file ?? ''),
      ...Object.entries(RIGHT).flat(),
    );
    expect(end.code).toBe(20);
    expect(codesOf(end)).toEqual(['malformed']);
  });

  test('needs the keys that it is told to need, each once', async () => {
    const two = await signedReport(goEvidence(), ['gate', 'second']);
    try {
      const both = ['--key', 'gate.pub.pem', '--key', 'second.pub.pem', '--signatures', '2'];
      expect((await two.verify(...both)).code).toBe(0);
      expect((await two.verify('--key', 'second.pub.pem')).code).toBe(0);
      const [first] = two.envelope().signatures;
      // The same signature twice is one signer.
      writeFileSync(two.files.proof, JSON.stringify({ ...two.envelope(), signatures: [first, first] }));
      expect(codesOf(await two.verify(...both))).toEqual(['unsigned']);
      const same = ['--key', 'gate.pub.pem', '--key', 'gate.pub.pem', '--signatures', '2'];
      expect(codesOf(await two.verify(...same))).toEqual(['unsigned']);
      expect(existsSync(two.files.sigstoreBundle)).toBe(false);
    } finally {
      two.remove();
    }
  });

  test.each([
    ['no key', ['verify', 'x.json', '--target', 'shop', '--release', '1', '--nonce', 'n'], '--key'],
    [
      'no target',
      ['verify', 'x.json', '--key', 'gate.pub.pem', '--release', '1', '--nonce', 'n'],
      '--target',
    ],
    [
      'nothing to deploy',
      ['verify', 'x.json', '--key', 'gate.pub.pem', '--target', 's', '--nonce', 'n'],
      '--commit',
    ],
    [
      'no nonce',
      ['verify', 'x.json', '--key', 'gate.pub.pem', '--target', 's', '--release', '1'],
      '--any-nonce',
    ],
  ])('answers a question with %s with 64', async (_, args, hint) => {
    const end = await report.run(...args);
    expect(end.code).toBe(64);
    expect(end.err).toContain(hint);
  });

  test.each([
    ['a shortened commit', ['--commit', '3f2c1ab'], '40'],
    ['a digest that is none', ['--artifact', 'latest'], 'sha256:'],
    ['a time that is none', ['--at', 'noon'], 'ISO 8601'],
    ['a key that is not there', ['--key', 'nowhere.pem'], 'nowhere.pem'],
    ['a private key', ['--key', 'gate.key.pem'], 'private key'],
    ['a role without a key', ['--require-sign-off', 'DBA'], 'role=key'],
    ['more signatures than keys', ['--signatures', '2'], '--signatures'],
  ])('answers %s with 64', async (_, args, hint) => {
    const end = await report.verify(...args);
    expect(end.code).toBe(64);
    expect(end.err).toContain(hint);
  });
});

describe('a proof is only there for a GO', () => {
  test('and an older one is gone', async () => {
    expect(existsSync(report.files.proof)).toBe(true);
    const good = goEvidence();
    const { publishEvidence } = await import('../../../run/publish-evidence.ts');
    const { readSigningKey } = await import('../../../signing/key-file.ts');
    await report.run('sign-off', ...person('gate'));
    const key = readSigningKey(path.join(report.directory, 'gate.key.pem'));
    const bad = { ...good, attempts: [...good.attempts.slice(0, 1), failing('order-can-be-paid')] };
    expect(publishEvidence(report.files, bad, [key]).decision).not.toBe('GO');
    for (const file of [report.files.proof, report.files.sigstoreBundle, report.files.signOffs]) {
      expect(existsSync(file)).toBe(false);
    }
    const end = await report.verify();
    expect(end.code).toBe(20);
    expect(codesOf(end)).toEqual(['missing', 'not-go']);
  });
});

describe('keys', () => {
  test('a private one is the owner’s alone, and neither is overwritten', async () => {
    const { statSync } = await import('node:fs');
    const file = path.join(report.directory, 'gate.key.pem');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = readFileSync(file, 'utf8');
    const end = await report.run('keygen', '--out', 'gate');
    expect(end.code).toBe(64);
    expect(readFileSync(file, 'utf8')).toBe(before);
    rmSync(file);
    expect((await report.run('keygen', '--out', 'gate')).code).toBe(64);
    expect(existsSync(file)).toBe(false);
  });

  test('the key id is the SHA-256 of the public key, as openssl has it', async () => {
    const { execFileSync } = await import('node:child_process');
    const { createHash } = await import('node:crypto');
    const der = execFileSync('openssl', ['pkey', '-pubin', '-in', 'gate.pub.pem', '-outform', 'DER'], {
      cwd: report.directory,
    });
    expect(report.envelope().signatures[0]?.keyid).toBe(createHash('sha256').update(der).digest('hex'));
  });

  test('a private one that others may read is refused, and nothing of it is shown', async () => {
    const file = path.join(report.directory, 'gate.key.pem');
    chmodSync(file, 0o644);
    const end = await report.run('sign-off', ...person('gate'));
    expect(end.code).toBe(64);
    expect(end.err).toContain('chmod 600');
    chmodSync(file, 0o640);
    expect((await report.run('sign-off', ...person('gate'))).code).toBe(0);
  });

  test('what is no ed25519 key is refused', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const write = (name: string, text: string | Buffer): void =>
      writeFileSync(path.join(report.directory, name), text, { mode: 0o600 });
    write('ec.key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }));
    write('ec.pub.pem', publicKey.export({ type: 'spki', format: 'pem' }));
    write('text.key.pem', 'secret-text');
    const both = ['gate.pub.pem', 'ec.pub.pem'].map((name) =>
      readFileSync(path.join(report.directory, name), 'utf8'),
    );
    write('both.pub.pem', both.join(''));
    expect((await report.verify('--key', 'both.pub.pem')).err).toContain('more than one key');
    const ec = await report.run('sign-off', ...person('ec'));
    expect([ec.code, ec.err]).toEqual([64, expect.stringContaining('ed25519')]);
    expect((await report.verify('--key', 'ec.pub.pem')).err).toContain('ed25519');
    const text = await report.run('sign-off', ...person('text'));
    expect(text.code).toBe(64);
    expect(text.err).not.toContain('secret-text');
    expect((await report.verify('--key', 'text.key.pem')).err).toContain('no public key');
  });
});

function envelopeOf(payload: string): string {
  return JSON.stringify({ payload, payloadType: 'application/vnd.in-toto+json', signatures: [] });
}

function person(key: string): string[] {
  return ['--name', 'Ada', '--role', 'DBA', '--decision', 'go', '--key', `${key}.key.pem`];
}
