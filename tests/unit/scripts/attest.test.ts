import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseEvidence } from '../../../reporters/parse-evidence.ts';
import { publishEvidence } from '../../../run/publish-evidence.ts';
import { readVerdict } from '../../../host/read-report.ts';
import { type End, goEvidence, signedReport, type SignedReport } from '../signing/signed-report.ts';

let report: SignedReport;
const POLICY = {
  maxAgeMinutes: 1e9,
  attestations: [
    { id: 'backup-was-restored', title: 'A backup was restored last night', role: 'DBA' },
    { id: 'support-is-staffed', title: 'Support is staffed', role: 'support lead' },
  ],
};
beforeEach(async () => {
  report = await signedReport(goEvidence({ policy: POLICY }));
});
afterEach(() => report.remove());

/** With the key that sealed the evidence, unless another is given. */
function attest(...args: string[]): Promise<End> {
  const key = args.includes('--sign-key') ? [] : ['--sign-key', 'gate.key.pem'];
  return report.run(
    'attest',
    '--name',
    'Bo',
    '--role',
    'dba',
    '--id',
    'backup-was-restored',
    ...key,
    ...args,
  );
}

const LEAD = ['--role', 'support lead', '--id', 'support-is-staffed'];

describe('greenlight attest', () => {
  test('turns INCONCLUSIVE into GO once everybody has stated what is asked of them, and signs it then', async () => {
    expect(readVerdict(report.files.verdict).decision).toBe('INCONCLUSIVE');
    expect(existsSync(report.files.proof)).toBe(false);
    const one = await attest('--decision', 'attested', '--sign-key', 'gate.key.pem');
    expect(one.code, one.err).toBe(20);
    expect(one.out).toContain('support-is-staffed');
    expect(existsSync(report.files.proof)).toBe(false);
    const both = await attest(
      '--decision',
      'attested',
      ...LEAD,
      '--comment',
      'two shifts',
      '--sign-key',
      'gate.key.pem',
    );
    expect(both.code, both.err).toBe(0);
    expect(parseEvidence(readFileSync(report.files.evidence, 'utf8')).attestations).toMatchObject([
      { id: 'backup-was-restored', decision: 'attested', name: 'Bo', role: 'DBA' },
      { id: 'support-is-staffed', decision: 'attested', comment: 'two shifts' },
    ]);
    expect(readFileSync(report.files.html, 'utf8')).toContain('two shifts');
    const { decidedAt } = readVerdict(report.files.verdict);
    const accepted = await report.verify('--at', decidedAt);
    expect(accepted.code, accepted.out).toBe(0);
  });

  test('answers NO_GO when a person refuses, and takes the proof of an earlier GO away', async () => {
    await attest('--decision', 'attested');
    await attest('--decision', 'attested', ...LEAD, '--sign-key', 'gate.key.pem');
    expect(existsSync(report.files.proof)).toBe(true);
    const end = await attest(
      '--decision',
      'refused',
      '--comment',
      'it stopped at 80 %',
      '--sign-key',
      'gate.key.pem',
    );
    expect(end.code, end.err).toBe(10);
    expect(readVerdict(report.files.verdict).decision).toBe('NO_GO');
    expect(existsSync(report.files.proof)).toBe(false);
  });

  test('takes the key from the environment, as a file or as PEM', async () => {
    await attest('--decision', 'attested');
    const pem = readFileSync(path.join(report.directory, 'gate.key.pem'), 'utf8');
    const { commandLine } = await import('../signing/signed-report.ts');
    for (const GREENLIGHT_SIGNING_KEY of [pem, 'gate.key.pem']) {
      const end = await commandLine(
        report.directory,
        ['attest', '--name', 'Cy', '--decision', 'attested', ...LEAD],
        { GREENLIGHT_SIGNING_KEY },
      );
      expect(end.code, end.err).toBe(0);
      expect(existsSync(report.files.proof)).toBe(true);
    }
  });

  test.each([
    ['a statement that nobody asked for', ['--id', 'all-is-well'], 'backup-was-restored (DBA)'],
    ['another role', ['--role', 'intern'], '"DBA"'],
    ['nobody', ['--name', ' '], '--name'],
    ['an open decision', ['--decision', 'perhaps'], 'refused'],
    ['another directory', ['--output', 'nowhere'], 'nowhere'],
    ['a key that is not there', ['--sign-key', 'nowhere.pem'], 'nowhere.pem'],
  ])('refuses %s with 64 and changes nothing', async (_, args, hint) => {
    const before = [report.files.evidence, report.files.verdict].map((file) => readFileSync(file, 'utf8'));
    const end = await attest('--decision', 'attested', ...args);
    expect(end.code, end.out).toBe(64);
    expect(end.err).toContain(hint);
    expect([report.files.evidence, report.files.verdict].map((file) => readFileSync(file, 'utf8'))).toEqual(
      before,
    );
  });

  test('refuses evidence that was edited, and a run that has not finished', async () => {
    const verdict = readFileSync(report.files.verdict, 'utf8');
    writeFileSync(report.files.evidence, `${readFileSync(report.files.evidence, 'utf8')} `);
    const edited = await attest('--decision', 'attested');
    expect(edited.code).toBe(20);
    expect(edited.err).toContain('edited after it was sealed');
    expect(readFileSync(report.files.verdict, 'utf8')).toBe(verdict);
    writeFileSync(
      report.files.verdict,
      JSON.stringify({ ...(JSON.parse(verdict) as object), evidenceDigest: null }),
    );
    const open = await attest('--decision', 'attested');
    expect(open.code).toBe(20);
    expect(open.err).toContain('has not finished');
  });

  test('needs no key where there is none, and refuses what was not judged', async () => {
    publishEvidence(report.files, goEvidence({ policy: POLICY }), []);
    const bare = ['attest', '--name', 'Bo', '--role', 'dba', '--id', 'backup-was-restored'];
    const end = await report.run(...bare, '--decision', 'attested');
    expect(end.code, end.err).toBe(20);
    expect(end.out).toContain('support-is-staffed');
    writeFileSync(report.files.evidence, `${readFileSync(report.files.evidence, 'utf8')} `);
    const edited = await report.run(...bare, '--decision', 'attested');
    expect(edited.code).toBe(20);
    expect(edited.err).toContain('not what was judged');
  });

  test('masks a secret in what a person wrote', async () => {
    const { commandLine } = await import('../signing/signed-report.ts');
    const secret = 'hunter2-of-production';
    await commandLine(
      report.directory,
      [
        'attest',
        '--name',
        'Bo',
        '--role',
        'DBA',
        '--id',
        'backup-was-restored',
        '--decision',
        'attested',
      ].concat('--comment', `I used ${secret}`),
      { BACKUP_PASSWORD: secret, GREENLIGHT_SIGNING_KEY: 'gate.key.pem' },
    );
    expect(readFileSync(report.files.evidence, 'utf8')).toContain('I used [redacted]');
  });
});

describe('greenlight judge', () => {
  const judge = (...args: string[]): Promise<End> => report.run('judge', report.files.evidence, ...args);
  const policyFile = (policy: object): string => {
    const file = path.join(report.directory, 'policy.json');
    writeFileSync(file, JSON.stringify(policy));
    return file;
  };

  test('gives the bytes of the verdict again, on any day, with its policy', async () => {
    const again = await judge('--json', '--policy', policyFile(POLICY));
    expect(again.code, again.err).toBe(20);
    expect(again.out).toBe(readFileSync(report.files.verdict, 'utf8'));
    await attest('--decision', 'attested');
    await attest('--decision', 'attested', ...LEAD);
    const attested = await judge('--json');
    expect(attested.code, attested.err).toBe(0);
    expect(attested.out).toBe(readFileSync(report.files.verdict, 'utf8'));
  });

  test('judges as of another time when asked to', async () => {
    const end = await judge('--json', '--at', '2026-11-20T11:00:00+01:00');
    expect(JSON.parse(end.out)).toMatchObject({ decidedAt: '2026-11-20T10:00:00.000Z' });
    expect((await judge('--at', 'noon')).code).toBe(64);
  });

  test('refuses a policy that was put into the evidence later', async () => {
    const evidence = JSON.parse(readFileSync(report.files.evidence, 'utf8')) as { policy: object };
    const lenient = { ...evidence, policy: { ...evidence.policy, attestations: [] } };
    writeFileSync(report.files.evidence, JSON.stringify(lenient));
    const end = await judge('--json');
    expect(end.code, end.err).toBe(20);
    expect(end.err).toContain('its policy is not the one that its digest names');
    expect(end.out).toBe('');
  });

  test('refuses another policy and names the difference', async () => {
    const end = await judge('--policy', policyFile({ ...POLICY, attestations: [], flaky: 'accept' }));
    expect(end.code).toBe(64);
    expect(end.err).toContain('policy.attestations');
    expect(end.err).toContain('policy.flaky');
    expect(end.out).toBe('');
  });

  test.each([
    ['is not there', undefined, 'policy.json'],
    ['is not JSON', '{', 'is not JSON'],
    ['holds what no policy has', '{"lenient":true}', 'Unrecognized key: "lenient"'],
    ['holds a wrong value', '{"groups":[{"minimumRatio":95}]}', 'groups[0].minimumRatio'],
  ])('answers a policy that %s with 64', async (_, text, hint) => {
    const file = path.join(report.directory, 'policy.json');
    if (text !== undefined) writeFileSync(file, text);
    const end = await judge('--policy', file);
    expect(end.code).toBe(64);
    expect(end.err).toContain(hint);
  });
});
