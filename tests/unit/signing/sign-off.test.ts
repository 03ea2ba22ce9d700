import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SignOffStatement } from '../../../contract/verdict/proof.ts';
import { signOffStatement } from '../../../signing/sign-off-statement.ts';
import { signStatement } from '../../../signing/envelope.ts';
import { readSigningKey } from '../../../signing/key-file.ts';
import { readVerdict } from '../../../host/read-report.ts';
import { sha256Of } from '../../../host/file-digest.ts';
import { codesOf, type End, goEvidence, signedReport, type SignedReport } from './signed-report.ts';

let report: SignedReport;
beforeEach(async () => {
  report = await signedReport();
  for (const name of ['manager', 'dba']) await report.run('keygen', '--out', name);
  mkdirSync(report.files.signOffs);
});
afterEach(() => report.remove());

const NEEDED = [
  '--require-sign-off',
  'release manager=manager.pub.pem',
  '--require-sign-off',
  'DBA=dba.pub.pem',
];

function say(key: string, role: string, decision: string, comment = ''): Promise<End> {
  return report.run(
    ...['sign-off', '--name', 'Ada L.', '--role', role, '--decision', decision],
    ...['--comment', comment, '--key', `${key}.key.pem`],
  );
}

/** Puts a sign-off of a given time where `greenlight sign-off` would, which takes the time of the machine. */
function put(
  key: string,
  role: string,
  decision: 'go' | 'no-go',
  signedAt = '2026-11-20T10:06:00.000Z',
): void {
  const text = readFileSync(report.files.verdict, 'utf8');
  const statement = signOffStatement(
    { decision, name: 'Ada L.', role, comment: 'two rows are missing', signedAt },
    readVerdict(report.files.verdict),
    sha256Of(text),
  );
  const envelope = signStatement(statement, [readSigningKey(path.join(report.directory, `${key}.key.pem`))]);
  writeFileSync(path.join(report.files.signOffs, `${key}-${decision}.dsse.json`), JSON.stringify(envelope));
}

test('every required role must say go, with its own key', async () => {
  expect(codesOf(await report.verify(...NEEDED))).toEqual(['sign-off-missing', 'sign-off-missing']);
  put('manager', 'Release  Manager', 'go');
  const one = await report.verify(...NEEDED);
  expect(codesOf(one)).toEqual(['sign-off-missing']);
  expect(one.out).toContain('"DBA"');
  put('dba', 'DBA', 'go');
  expect((await report.verify(...NEEDED)).code).toBe(0);
});

test('a role cannot be taken with the key of another', async () => {
  put('manager', 'DBA', 'go');
  put('dba', 'release manager', 'go');
  put('gate', 'DBA', 'go');
  expect(codesOf(await report.verify(...NEEDED))).toEqual(['sign-off-missing', 'sign-off-missing']);
});

test('one no-go of a known key refuses, whoever else says go, and gives its comment', async () => {
  put('manager', 'release manager', 'go');
  put('dba', 'DBA', 'go');
  put('dba', 'DBA', 'no-go');
  const end = await report.verify(...NEEDED);
  expect(end.code).toBe(20);
  expect(codesOf(end)).toEqual(['sign-off-says-no']);
  expect(end.out).toContain('Ada L. (DBA) says no-go: two rows are missing');
});

test('what an unknown key says is told and does not count', async () => {
  put('dba', 'DBA', 'no-go');
  const end = await report.verify();
  expect(end.code, end.out).toBe(0);
  expect(end.out).toContain('note: dba-no-go.dsse.json does not count: none of the given keys signed it.');
});

test('a word on another verdict, or from the future, does not count', async () => {
  put('manager', 'release manager', 'go', '2026-11-20T12:00:00.000Z');
  const late = await report.verify('--require-sign-off', 'release manager=manager.pub.pem');
  expect(codesOf(late)).toEqual(['sign-off-missing']);
  expect(late.out).toContain('in the future');

  const other = await signedReport(goEvidence({ planDigest: `sha256:${'d'.repeat(64)}` }));
  put('manager', 'release manager', 'go');
  const [file = ''] = readdirSync(report.files.signOffs);
  const foreign = path.join(other.files.directory, 'sign-offs');
  await other.run('sign-off', '--name', 'x', '--role', 'x', '--decision', 'go', '--key', 'gate.key.pem');
  writeFileSync(path.join(foreign, file), readFileSync(path.join(report.files.signOffs, file)));
  const end = await other.verify(
    ...['--plan-digest', `sha256:${'d'.repeat(64)}`],
    ...['--require-sign-off', `release manager=${path.join(report.directory, 'manager.pub.pem')}`],
  );
  other.remove();
  expect(codesOf(end)).toEqual(['sign-off-missing']);
  expect(end.out).toContain('about another verdict');
});

test('a file that is no sign-off is told and does not count', async () => {
  writeFileSync(path.join(report.files.signOffs, 'x.dsse.json'), 'go!');
  const end = await report.verify();
  expect(end.code).toBe(0);
  expect(end.out).toContain('note: x.dsse.json does not count: it cannot be read');
});

test('the command writes who said what about which verdict, and the same person replaces their own word', async () => {
  const first = await say('dba', 'DBA', 'no-go', 'wait');
  expect(first.code, first.err).toBe(0);
  expect(first.out).toContain('Ada L. (DBA) says no-go on run run1');
  const read = (): SignOffStatement['predicate'] => {
    const [file, ...more] = readdirSync(report.files.signOffs);
    expect(more).toEqual([]);
    const text = readFileSync(path.join(report.files.signOffs, file ?? ''), 'utf8');
    const { payload } = JSON.parse(text) as { payload: string };
    return SignOffStatement.parse(JSON.parse(Buffer.from(payload, 'base64').toString())).predicate;
  };
  expect(read()).toMatchObject({ decision: 'no-go', role: 'DBA', comment: 'wait', run: { nonce: 'nonce1' } });
  // Heard although this clock is far from the time of the verdict.
  expect(codesOf(await report.verify('--key', 'gate.pub.pem', '--key', 'dba.pub.pem'))).toEqual([
    'sign-off-says-no',
  ]);
  await say('dba', 'dba', 'go', 'found them');
  expect(read()).toMatchObject({ decision: 'go', comment: 'found them' });
});

test('nobody can say go on a verdict that is not GO, or whose evidence is another', async () => {
  writeFileSync(report.files.evidence, '{}');
  const edited = await say('dba', 'DBA', 'go');
  expect(edited.code).toBe(20);
  expect(edited.err).toContain('not what was judged');
  const faulty = await signedReport(goEvidence({ faults: [{ kind: 'other', message: 'a broken part' }] }));
  const args = ['sign-off', '--name', 'Ada', '--role', 'DBA', '--key', 'gate.key.pem', '--decision'];
  const go = await faulty.run(...args, 'go');
  expect([go.code, go.err]).toEqual([64, expect.stringContaining('INCONCLUSIVE')]);
  expect((await faulty.run(...args, 'no-go')).code).toBe(0);
  faulty.remove();
});

test.each([
  ['without a name', ['--name', ' '], '--name'],
  ['with another decision', ['--decision', 'maybe'], 'no-go'],
  ['without a verdict', ['--verdict', 'nowhere'], 'nowhere'],
  ['without a key', ['--key', 'nowhere.pem'], 'greenlight keygen'],
])('answers a sign-off %s with 64', async (_, args, hint) => {
  const right = ['--name', 'Ada', '--role', 'DBA', '--decision', 'go', '--key', 'dba.key.pem'];
  const end = await report.run('sign-off', ...right, ...args);
  expect(end.code).toBe(64);
  expect(end.err).toContain(hint);
});
