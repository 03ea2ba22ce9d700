import { describe, expect, test } from 'vitest';
import type { Attestation } from '../../../contract/evidence/attestation.ts';
import type { RequiredAttestation } from '../../../contract/verdict/policy.ts';
import { judge } from '../../../reporters/judge.ts';
import { attempt, DECIDED, evidenceOf, failing, planned } from './evidence-builders.ts';

const A = planned('wanted-release-runs', { source: 'flow' });
const RELEASE = { id: '2.4.0', commit: '3f2c1ab'.padEnd(40, '0') };
const KEY = 'a'.repeat(64);
const OTHER_KEY = 'b'.repeat(64);
const required: RequiredAttestation = { id: 'rollback-tested', title: 'Roll-back was tested', role: 'DBA' };

function before(minutes: number): string {
  return new Date(Date.parse(DECIDED) - minutes * 60_000).toISOString();
}

/** As it was kept before the run, an hour before the decision. */
function said(extra: Partial<Attestation> = {}): Attestation {
  return {
    id: 'rollback-tested',
    decision: 'attested',
    name: 'Bo',
    role: 'DBA',
    at: before(60),
    comment: '',
    target: 'shop',
    release: RELEASE,
    enteredAt: DECIDED,
    ...extra,
  };
}

function decide(
  asked: readonly RequiredAttestation[],
  attestations: readonly Attestation[],
  wanted = RELEASE,
) {
  const seen = { id: wanted.id, commit: wanted.commit };
  const passed = attempt(A.id, {
    findings: [{ check: A.id, outcome: 'pass', summary: 'It runs.', observedRelease: seen }],
  });
  const verdict = judge(
    evidenceOf([A], [passed], {
      policy: { attestations: [...asked] },
      attestations: [...attestations],
      subject: { target: 'shop', urls: { app: 'http://127.0.0.1:3000' }, wanted },
    }),
    DECIDED,
  );
  return { decision: verdict.decision, reason: verdict.reason, first: verdict.attestations[0], verdict };
}

describe('what was stated before a run', () => {
  test('counts for the release that it is about, and the verdict says who, when and whether it is signed', () => {
    const { decision, first } = decide([required], [said()]);
    expect(decision).toBe('GO');
    expect(first).toMatchObject({ state: 'attested', by: { name: 'Bo', at: before(60) } });
    expect(decide([required], [said({ release: { id: '2.4.0' } })]).decision).toBe('GO');
  });

  test.each<[string, Partial<Attestation>, string]>([
    ['of another release', { release: { id: '2.3.9' } }, 'about the release 2.3.9, not 2.4.0'],
    [
      'of the same name and another commit',
      { release: { id: '2.4.0', commit: '9'.repeat(40) } },
      'about the release 2.4.0',
    ],
    ['of no release', { release: null }, 'names no release'],
    ['of no release and another run', { release: null, run: 'run0' }, 'names no release'],
    ['of another target', { target: 'shop-staging' }, 'about the target shop-staging, not shop'],
    ['from the future', { at: before(-2) }, 'is not in the past'],
    ['whose time cannot be read', { at: 'last night' }, 'is not in the past'],
    ['that is too old', { at: before(8 * 24 * 60) }, 'too old since 2026-11-1'],
    ['that was withdrawn', { decision: 'withdrawn', comment: 'wrong cluster' }, 'withdrew it'],
    ['of another role', { role: 'intern' }, 'nobody with the role DBA'],
  ])('a statement %s gives no GO and is named', (_, extra, words) => {
    const { decision, reason } = decide([required], [said(extra)]);
    expect(decision).toBe('INCONCLUSIVE');
    expect(reason).toContain('rollback-tested');
    expect(reason).toContain(words);
  });

  test('the run itself may be what was looked at, also without a release', () => {
    const of = (run: string) => decide([required], [said({ release: null, run })]).decision;
    expect([of('run1'), of('run2')]).toEqual(['GO', 'INCONCLUSIVE']);
  });

  test('bound to the target it holds for every release, until its own age', () => {
    const bound = { ...required, validFor: 'target', maxAge: '30d' } as const;
    const of = (minutes: number, target = 'shop') =>
      decide([bound], [said({ release: { id: '1.0.0' }, at: before(minutes), target })]).decision;
    expect(of(30 * 24 * 60)).toBe('GO');
    expect(of(30 * 24 * 60 + 1)).toBe('INCONCLUSIVE');
    expect(of(60, 'other')).toBe('INCONCLUSIVE');
  });

  test.each([
    ['30m', 30, 31],
    ['12h', 720, 721],
    ['7d', 10_080, 10_081],
  ])('counts for %s to the minute', (maxAge, last, late) => {
    const at = (minutes: number) => decide([{ ...required, maxAge }], [said({ at: before(minutes) })]);
    expect(at(last).decision).toBe('GO');
    expect(at(late)).toMatchObject({
      decision: 'INCONCLUSIVE',
      first: { state: 'expired', by: { name: 'Bo' } },
    });
  });
});

describe('of several words', () => {
  const of = (...words: Attestation[]) => decide([required], words);

  test('the last one of a person counts, in whatever order they stand in the file', () => {
    const no = said({ decision: 'refused', at: before(50), comment: 'it stopped at 80 %' });
    const yes = said({ at: before(40) });
    expect(of(no, yes).decision).toBe('GO');
    expect(of(yes, no).decision).toBe('GO');
    const later = said({ decision: 'refused', at: before(30), comment: 'no' });
    expect(of(later, yes, no).decision).toBe('NO_GO');
  });

  test('a refusal outweighs what others say, and says why', () => {
    const no = said({ decision: 'refused', at: before(50), comment: 'it stopped at 80 %' });
    const { decision, reason } = of(no, said({ name: 'Cy', at: before(10) }));
    expect(decision).toBe('NO_GO');
    expect(reason).toContain('Bo (DBA) refused "Roll-back was tested": it stopped at 80 %');
  });

  test('a refusal does not wear off: too old, it holds up GO and rolls nothing back', () => {
    const no = said({ decision: 'refused', at: before(8 * 24 * 60), comment: 'no' });
    const { decision, reason } = of(no, said({ name: 'Cy', at: before(10) }));
    expect(decision).toBe('INCONCLUSIVE');
    expect(reason).toContain('Bo must say it anew, or withdraw it');
    expect(of(no, said({ decision: 'withdrawn', at: before(20) }), said({ name: 'Cy' })).decision).toBe('GO');
  });

  test('nobody withdraws or outdates the word of another', () => {
    const no = said({ decision: 'refused', at: before(50), comment: 'no', key: KEY });
    for (const other of [{ name: 'Cy' }, { key: OTHER_KEY }, {}]) {
      const words = [no, said({ ...other, decision: 'withdrawn' }), said({ ...other, at: before(10) })];
      expect(of(...words).decision, JSON.stringify(other)).toBe('NO_GO');
    }
  });

  test('what was withdrawn does not come back by being written a second time', () => {
    const yes = said({ keptAs: 'sha256:1' });
    const gone = said({ decision: 'withdrawn', at: before(30) });
    expect(of(yes, gone, yes).decision).toBe('INCONCLUSIVE');
    // At the very same moment the withdrawal holds.
    expect(of(yes, said({ decision: 'withdrawn' })).decision).toBe('INCONCLUSIVE');
    expect(of(said({ decision: 'withdrawn' }), yes).decision).toBe('INCONCLUSIVE');
  });

  test('the newest one that counts is shown, and one that does not is told', () => {
    const { first, verdict } = of(said(), said({ at: before(20) }), said({ at: before(-5) }));
    expect(first?.by?.at).toBe(before(20));
    expect(verdict.notices.join()).toContain('is not in the past');
  });
});

describe('who has a role', () => {
  const members = [{ name: 'Bo', contact: '#dba', key: KEY }, { name: 'Cy' }];
  const of = (extra: Partial<Attestation>) => decide([{ ...required, members }], [said(extra)]);

  test('is named where something is missing', () => {
    expect(decide([{ ...required, members }], []).reason).toContain('it is for Bo (#dba) or Cy');
  });

  test.each<[string, Partial<Attestation>, string]>([
    ['somebody else', { name: 'Mallory' }, 'Mallory is not one of those who have the role "DBA" (Bo, Cy)'],
    ['a name without its signature', {}, 'it is not signed, and the plan names the key of Bo'],
    ['a name with another key', { key: OTHER_KEY }, 'signed with another key'],
  ])('%s does not count', (_, extra, words) => {
    const { decision, reason, verdict } = of(extra);
    expect(decision).toBe('INCONCLUSIVE');
    expect(reason).toContain(words);
    expect(verdict.notices.join()).toContain(words);
    // Nor does their "no" roll anything back.
    expect(of({ ...extra, decision: 'refused', comment: 'no' }).decision).toBe('INCONCLUSIVE');
  });

  test('counts with the key that the plan names, and without one where it names none', () => {
    expect(of({ key: KEY }).decision).toBe('GO');
    expect(of({ name: ' cy ' }).decision).toBe('GO');
    expect(of({ name: 'Cy', key: OTHER_KEY }).decision).toBe('GO');
  });

  test('who is named twice counts with each key that is named, and never without one', () => {
    const twice = [
      { name: 'Bo', key: KEY },
      { name: 'bo', contact: '#night' },
      { name: 'BO', key: OTHER_KEY },
    ];
    const by = (extra: Partial<Attestation>) =>
      decide([{ ...required, members: twice }], [said(extra)]).decision;
    expect(by({})).toBe('INCONCLUSIVE');
    expect(by({ key: 'c'.repeat(64) })).toBe('INCONCLUSIVE');
    expect(by({ key: KEY })).toBe('GO');
    expect(by({ key: OTHER_KEY })).toBe('GO');
  });
});

describe('a section', () => {
  const one = { ...required, id: 'one' };
  const two = { ...required, id: 'two', role: 'DPO' };
  const signature: RequiredAttestation = {
    id: 'pre-flight',
    title: 'Pre-flight: everything in it is done',
    role: 'lead',
    covers: ['one', 'two'],
  };
  const asked = [one, two, signature];
  const given = [said({ id: 'one' }), said({ id: 'two', role: 'DPO' })];
  const signed = (minutes: number) =>
    said({ id: 'pre-flight', role: 'lead', name: 'Ada', at: before(minutes) });

  test('is signed once each of its statements is given', () => {
    expect(decide(asked, [...given, signed(30)]).decision).toBe('GO');
    expect(decide(asked, given).reason).toContain('pre-flight: nobody with the role lead');
  });

  test('is not signed by a signature that came before', () => {
    const { decision, reason } = decide(asked, [...given, signed(90)]);
    expect(decision).toBe('INCONCLUSIVE');
    expect(reason).toContain('before this was said: one (Bo');
    expect(reason).toContain('must be signed again');
  });

  test('is not signed while a statement is open, refused or too old', () => {
    const [first] = given;
    const half = decide(asked, [...(first === undefined ? [] : [first]), signed(30)]);
    expect(half.decision).toBe('INCONCLUSIVE');
    expect(half.verdict.reasons.join()).toContain('still open is: two (DPO)');
    const no = said({ id: 'two', role: 'DPO', decision: 'refused', comment: 'no' });
    expect(decide(asked, [...given.slice(0, 1), no, signed(30)]).decision).toBe('NO_GO');
    const old = said({ id: 'two', role: 'DPO', at: before(11_000) });
    expect(decide(asked, [...given.slice(0, 1), old, signed(30)]).verdict.attestations.at(-1)).toMatchObject({
      state: 'missing',
      by: null,
    });
  });
});

describe('the words of a statement', () => {
  const title = 'Roll-back was tested';
  const asks = (words: string): RequiredAttestation => ({ ...required, title: words });

  test('a "yes" is one to what was read, and another wording asks anew', () => {
    expect(decide([required], [said({ title })]).decision).toBe('GO');
    expect(decide([required], [said({ title: ' roll-back  was TESTED ' })]).decision).toBe('GO');
    const { decision, reason } = decide([asks('Roll-back was tested, with load')], [said({ title })]);
    expect(decision).toBe('INCONCLUSIVE');
    expect(reason).toContain(`it was said of "${title}", and now it says "Roll-back was tested, with load"`);
    // What was kept by an older version does not tell its words.
    expect(decide([asks('Roll-back was tested, with load')], [said()]).decision).toBe('GO');
  });

  test('a "no" stands whatever is said in its place, and one that was taken back does not come back', () => {
    const refused = said({ decision: 'refused', comment: 'no', title, at: before(90) });
    expect(decide([asks('It works')], [refused]).decision).toBe('NO_GO');
    const since = decide([asks('It works')], [refused, said({ title })]);
    expect(since.decision).toBe('INCONCLUSIVE');
    expect(since.reason).toContain('it was said of');
  });
});

describe('how long a GO holds', () => {
  const expiry = (asked: RequiredAttestation, ...given: readonly Attestation[]) =>
    decide([asked], given).verdict.expiresAt;
  const full = new Date(Date.parse(DECIDED) + 60 * 60_000).toISOString();

  test('no longer than the statements that it rests on', () => {
    expect(expiry(required, said())).toBe(full);
    expect(expiry({ ...required, maxAge: '70m' }, said())).toBe(before(-10));
    // A verdict that is no GO rests on none of them.
    const no = said({ name: 'Cy', decision: 'refused', comment: 'no' });
    expect(expiry({ ...required, maxAge: '70m' }, said(), no)).toBe(full);
  });

  test('no longer than the waivers that it rests on', () => {
    const failed = planned('order-can-be-paid', { source: 'flow' });
    const waiver = { check: failed.id, reason: 'known', owner: 'Ada', until: DECIDED.slice(0, 10) };
    const late = `${DECIDED.slice(0, 10)}T23:30:00.000Z`;
    const verdictOf = (last: ReturnType<typeof attempt>) =>
      judge(
        evidenceOf([A, failed], [attempt(A.id), last], {
          policy: { waivers: [waiver], maxAgeMinutes: 1e6 },
        }),
        late,
      );
    expect(verdictOf(failing(failed.id))).toMatchObject({
      decision: 'GO',
      expiresAt: `${DECIDED.slice(0, 10)}T23:59:59.999Z`,
    });
    expect(Date.parse(verdictOf(attempt(failed.id)).expiresAt)).toBe(Date.parse(late) + 60 * 60_000);
  });
});
