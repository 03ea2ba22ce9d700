import { describe, expect, test } from 'vitest';
import type { Attestation } from '../../../contract/evidence/attestation.ts';
import { statementsFor } from '../../../run/people/statements-for.ts';
import { withoutSecrets } from '../../../run/people/without-secrets.ts';
import { createRedactor } from '../../../safety/redactor.ts';

const NOW = '2026-11-20T10:00:00.000Z';
const REQUIRED = [
  { id: 'rollback-tested', title: 'Roll-back was tested', role: 'DBA' },
  { id: 'dpia-signed', title: 'The DPIA is signed', role: 'DPO', validFor: 'target' as const },
];
const ABOUT = { target: 'shop', release: { id: '2.4.0' }, run: 'run1' };
let made = 0;

function said(extra: Partial<Attestation> = {}): Attestation {
  return {
    id: 'rollback-tested',
    decision: 'attested',
    name: 'Bo',
    role: 'DBA',
    at: '2026-11-20T09:00:00.000Z',
    comment: '',
    target: 'shop',
    release: { id: '2.4.0' },
    keptAs: `sha256:${(made += 1)}`,
    ...extra,
  };
}

const of = (...stated: Attestation[]): readonly (string | undefined)[] =>
  statementsFor(stated, REQUIRED, ABOUT, NOW).map(({ keptAs }) => keptAs);

describe('what of all statements comes into the evidence of a run', () => {
  test('all that counts, each once, with the time at which it came in', () => {
    const [yes, gone] = [said(), said({ decision: 'withdrawn' })];
    expect(of(yes, gone, yes)).toEqual([yes.keptAs, gone.keptAs]);
    expect(statementsFor([yes], REQUIRED, ABOUT, NOW)).toEqual([{ ...yes, enteredAt: NOW }]);
  });

  test('a copy without its signature, or under that of somebody else, takes the place of no statement', () => {
    const no = said({ decision: 'refused', key: 'a'.repeat(64) });
    const { key: _, ...bare } = no;
    const resigned = { ...no, key: 'b'.repeat(64) };
    for (const copies of [[bare], [resigned], [bare, resigned]]) {
      for (const stated of [
        [no, ...copies],
        [...copies, no],
      ]) {
        expect(statementsFor(stated, REQUIRED, ABOUT, NOW)).toContainEqual({ ...no, enteredAt: NOW });
      }
    }
    expect(of(no, { ...no })).toEqual([no.keptAs]);
  });

  test('nothing of another target, or that nobody asks for', () => {
    expect(of(said({ target: 'other' }), said({ id: 'coffee-made' }), said({ role: 'intern' }))).toEqual([]);
  });

  test('of other releases only the newest word of each person, and only where nothing answers', () => {
    const old = ['2.1.0', '2.2.0', '2.3.0'].map((id, index) =>
      said({ release: { id }, at: `2026-11-1${index}T09:00:00.000Z` }),
    );
    expect(of(...old)).toEqual([old[2]?.keptAs]);
    const yes = said();
    expect(of(...old, yes)).toEqual([yes.keptAs]);
    const bound = said({ id: 'dpia-signed', role: 'DPO', release: { id: '1.0.0' } });
    expect(of(bound)).toEqual([bound.keptAs]);
  });

  test('a word that does not count for who said it or when is told beside one that does', () => {
    const yes = said();
    const late = said({ at: '2026-11-20T11:00:00.000Z', decision: 'refused' });
    expect(of(yes, late)).toEqual([yes.keptAs, late.keptAs]);
  });
});

test('what people wrote comes in without secrets, and what decides whether it counts as it was', () => {
  const redactor = createRedactor({ env: { BACKUP_PASSWORD: 'hunter2-of-production' } });
  const one = said({
    name: 'hunter2-of-production',
    comment: 'with hunter2-of-production',
    seen: [{ text: 'psql hunter2-of-production', digest: 'sha256:1' }],
  });
  expect(withoutSecrets(one, redactor)).toEqual({
    ...one,
    comment: 'with [redacted]',
    seen: [{ text: 'psql [redacted]', digest: 'sha256:1' }],
  });
  expect(withoutSecrets(said({ comment: 'all is well' }), redactor)).not.toHaveProperty('seen');
});
