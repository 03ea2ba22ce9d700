import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../../contract/evidence/canonical.ts';
import type { KeptLine, KeptStatement } from '../../../contract/verdict/kept-statement.ts';
import { sha256Of } from '../../../host/file-digest.ts';
import { keptLine, readKeptLine } from '../../../signing/kept-statement.ts';
import { newKeyPair, signingKeyOf } from '../../../signing/key-file.ts';

const STATEMENT: KeptStatement = {
  id: 'rollback-tested',
  decision: 'refused',
  name: 'Bo',
  role: 'DBA',
  at: '2026-11-20T08:00:00.000Z',
  comment: 'it stopped at 80 %',
  seen: [{ text: 'restore.log', digest: `sha256:${'1'.repeat(64)}` }],
  target: 'shop',
  release: { id: '2.4.0' },
  run: null,
};
const pair = newKeyPair();
const key = signingKeyOf(pair.privatePem, 'of the test');
const signed = keptLine(STATEMENT, key);

function read(line: unknown): ReturnType<typeof readKeptLine> {
  return readKeptLine(JSON.stringify(line));
}

/** With a digest that is right again, as whoever edits it would write. */
function edited(line: KeptLine, change: Partial<KeptStatement>): KeptLine {
  const statement = { ...line.statement, ...change };
  return { ...line, statement, digest: sha256Of(canonicalJson(statement)) };
}

describe('a line that keeps a statement', () => {
  test('gives back what was said, and the id of the key that signed it', () => {
    const { run: _, ...said } = STATEMENT;
    expect(read(signed)).toEqual({ ...said, keptAs: signed.digest, key: pair.id });
    const bare = keptLine(STATEMENT, undefined);
    expect(read(bare)).toEqual({ ...said, keptAs: bare.digest });
    expect(read(keptLine({ ...STATEMENT, run: 'run1' }, undefined))).toMatchObject({ run: 'run1' });
  });

  test.each<[string, Partial<KeptStatement>]>([
    ['decision', { decision: 'attested' }],
    ['name', { name: 'Ada' }],
    ['role', { role: 'lead' }],
    ['time', { at: '2026-11-21T08:00:00.000Z' }],
    ['target', { target: 'other' }],
    ['release', { release: { id: '2.5.0' } }],
    ['comment', { comment: '' }],
    ['file that was seen', { seen: [] }],
    ['run', { run: 'run2' }],
    ['statement', { id: 'all-is-well' }],
  ])('is refused with another %s under its signature', (_, change) => {
    expect(read(edited(signed, change))).toBe('was edited after it was signed');
  });

  test('is refused without a right digest, with a borrowed signature, or with a key of another kind', () => {
    const bare = keptLine(STATEMENT, undefined);
    expect(read({ ...bare, statement: { ...STATEMENT, decision: 'attested' } })).toContain('was edited');
    expect(read({ ...signed, digest: `sha256:${'0'.repeat(64)}` })).toContain('was edited');
    const mallory = keptLine(STATEMENT, signingKeyOf(newKeyPair().privatePem, 'of another'));
    const publicKey = mallory.signed?.publicKey ?? '';
    expect(read({ ...signed, signed: { ...signed.signed, publicKey } })).toBe(
      'was edited after it was signed',
    );
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
    const der = rsa.export({ type: 'spki', format: 'der' }).toString('base64');
    expect(read({ ...signed, signed: { ...signed.signed, publicKey: der } })).toContain('no ed25519 key');
    expect(read({ ...signed, signed: { ...signed.signed, publicKey: '!' } })).toContain('no ed25519 key');
  });

  test('is refused when it was cut short, has a member too many, or is of another version', () => {
    expect(readKeptLine(JSON.stringify(signed).slice(0, -20))).toContain('is no JSON');
    expect(read({ ...signed, more: 1 })).toContain('no statement of this version');
    expect(read({ ...signed, schema: 'greenlight/statement@9' })).toContain('no statement of this version');
    expect(read({ ...signed, statement: { ...STATEMENT, at: 'now' } })).toContain(
      'no statement of this version',
    );
  });
});
