import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { COMMIT, goEvidence, signedReport, type SignedReport } from '../signing/signed-report.ts';

const PAGE = readFileSync(path.resolve(import.meta.dirname, '../../../docs/deploy/verify.md'), 'utf8');
const SCRIPT = [...PAGE.matchAll(/^```sh\n(.*?)^```$/gms)]
  .map(([, text = '']) => text)
  .find((text) => text.includes('check-proof.sh'));

const version = (program: string, ...args: string[]): string =>
  spawnSync(program, args, { encoding: 'utf8' }).stdout ?? '';
const MISSING = [
  ...(version('openssl', 'version').startsWith('OpenSSL 3') ? [] : ['OpenSSL 3']),
  ...(version('jq', '--version').startsWith('jq') ? [] : ['jq']),
];

const MINUTE = 60_000;
const at = (minutes: number): string => new Date(Date.now() + minutes * MINUTE).toISOString();

let report: SignedReport;
beforeEach(async () => {
  report = await signedReport(goEvidence(), ['gate', 'second']);
  decided(-5);
});
afterEach(() => report.remove());

/** Moves the times of the proof to where the clock of this machine is. */
function decided(minutes: number): void {
  report.resign(({ predicate: { greenlight } }) => {
    Object.assign(greenlight, {
      startedAt: at(minutes - 5),
      decidedAt: at(minutes),
      expiresAt: at(minutes + 60),
    });
  });
}

function check(
  env: Record<string, string> = {},
  key = 'gate.pub.pem',
): { status: number | null; words: string } {
  const end = spawnSync('sh', ['-c', SCRIPT ?? 'exit 99', 'check-proof.sh', report.files.proof, key], {
    cwd: report.directory,
    env: { PATH: process.env['PATH'], TARGET: 'shop', COMMIT, NONCE: 'nonce1', ...env },
    encoding: 'utf8',
  });
  return { status: end.status, words: end.stdout + end.stderr };
}

const TITLE = `docs/deploy/verify.md, the script${MISSING.length === 0 ? '' : `: NOT RUN, ${MISSING.join(' and ')} missing`}`;
describe.skipIf(MISSING.length > 0)(TITLE, () => {
  test('accepts what greenlight verify accepts, by either key', () => {
    expect(check()).toEqual({ status: 0, words: `accepted: GO for ${COMMIT} on shop\n` });
    expect(check({}, 'second.pub.pem').status).toBe(0);
  });

  test.each([
    ['target', { TARGET: 'production' }, 'another target'],
    ['commit', { COMMIT: 'f'.repeat(40) }, 'another commit'],
    ['nonce', { NONCE: 'nonce2' }, 'another nonce'],
    ['phase', { PHASE: 'preflight' }, 'another phase'],
    ['age', { MAX_AGE_MINUTES: '3' }, 'too old'],
  ])('refuses another %s', (_, env, words) => {
    expect(check(env as Record<string, string>)).toEqual({ status: 20, words: `refused: ${words}\n` });
  });

  test('refuses the future, what has expired, and what is not GO, all at once', () => {
    decided(3);
    expect(check().words).toBe('refused: decided in the future\n');
    decided(-61);
    expect(check({ MAX_AGE_MINUTES: '90', TARGET: 'x' }).words).toBe('refused: another target, expired\n');
    decided(-5);
    report.resign(({ predicate }) => (predicate.greenlight.decision = 'NO_GO'));
    expect(check()).toEqual({ status: 20, words: 'refused: not GO\n' });
  });

  test('refuses an unknown key, and an envelope without signatures', async () => {
    await report.run('keygen', '--out', 'stranger');
    expect(check({}, 'stranger.pub.pem')).toEqual({
      status: 20,
      words: expect.stringContaining('no signature') as string,
    });
    writeFileSync(report.files.proof, JSON.stringify({ ...report.envelope(), signatures: [] }));
    expect(check().status).toBe(20);
  });

  test('refuses a payload in which one byte is another', () => {
    const { payload, ...rest } = report.envelope();
    const bytes = Buffer.from(payload, 'base64');
    const place = bytes.indexOf('"shop"') + 1;
    bytes.write('S', place);
    writeFileSync(report.files.proof, JSON.stringify({ ...rest, payload: bytes.toString('base64') }));
    expect(check({ TARGET: 'Shop' })).toEqual({
      status: 20,
      words: expect.stringContaining('no signature') as string,
    });
  });

  test.each(['', '{}', 'GO', '{"payloadType":"application/vnd.in-toto+json"}'])(
    'refuses the file %j',
    (text) => {
      writeFileSync(report.files.proof, text);
      expect(check().status).toBe(20);
    },
  );

  test.each(['verdict', 'evidence'] as const)('refuses when %s.json was edited', (name) => {
    writeFileSync(report.files[name], `${readFileSync(report.files[name], 'utf8')} `);
    expect(check()).toEqual({ status: 20, words: `refused: ${name}.json was edited\n` });
  });

  test('does nothing without being told what to compare', () => {
    expect(check({ NONCE: '' }).status).not.toBe(0);
  });
});

test('the bundle for Sigstore is the same envelope, with the hash of the key as its hint and no key id', async () => {
  const one = await signedReport();
  try {
    const bundle = JSON.parse(readFileSync(one.files.sigstoreBundle, 'utf8')) as unknown;
    const envelope = one.envelope();
    expect(bundle).toEqual({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: {
        publicKey: { hint: Buffer.from(envelope.signatures[0]?.keyid ?? '', 'hex').toString('base64') },
        tlogEntries: [],
      },
      dsseEnvelope: { ...envelope, signatures: [{ ...envelope.signatures[0], keyid: '' }] },
    });
  } finally {
    one.remove();
  }
});

const COSIGN = PAGE.split('```sh').find((text) => text.includes('cosign verify-blob-attestation'));
const HAS_COSIGN = spawnSync('cosign', ['version']).status === 0;
describe.skipIf(!HAS_COSIGN)(`with cosign${HAS_COSIGN ? '' : ': NOT RUN, cosign missing'}`, () => {
  const verify = (one: SignedReport): number | null => {
    const script = COSIGN?.split('```')[0]?.replaceAll('greenlight-report/', '') ?? 'exit 99';
    return spawnSync('sh', ['-c', script.replace('gate.pub.pem', '../gate.pub.pem')], {
      cwd: path.dirname(one.files.verdict),
    }).status;
  };

  test('the commands of the page accept what was signed, and refuse another file and another key', async () => {
    const one = await signedReport();
    try {
      expect(verify(one)).toBe(0);
      writeFileSync(one.files.verdict, `${readFileSync(one.files.verdict, 'utf8')} `);
      expect(verify(one)).not.toBe(0);
    } finally {
      one.remove();
    }
    const [signed, stranger] = [await signedReport(), await signedReport()];
    try {
      writeFileSync(signed.files.sigstoreBundle, readFileSync(stranger.files.sigstoreBundle));
      expect(verify(signed)).not.toBe(0);
      expect(verify(stranger)).toBe(0);
    } finally {
      signed.remove();
      stranger.remove();
    }
  });
});
