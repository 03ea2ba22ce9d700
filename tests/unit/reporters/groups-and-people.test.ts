import { describe, expect, test } from 'vitest';
import { Policy, Waiver } from '../../../contract/verdict/policy.ts';
import { judge } from '../../../reporters/judge.ts';
import { attempt, DECIDED, evidenceOf, failing, found, planned, STARTED } from './evidence-builders.ts';

const A = planned('orders-preserved');

function decide(...given: Parameters<typeof evidenceOf>) {
  return judge(evidenceOf(...given), DECIDED);
}

describe('"security smoke >= 95 %" of twenty', () => {
  const ids = Array.from({ length: 20 }, (_, index) => `s${index}`);
  const members = ids.map((id) => planned(id, { severity: 'advisory', mayNotApply: true }));
  const group = {
    id: 'security',
    title: 'Security smoke',
    checks: ids,
    minimumRatio: 0.95,
    minimumCount: 10,
  };
  const waiver = (check: string) => ({ check, reason: 'known', owner: 'Kim', until: '2027-01-01' });
  const flaky = (id: string) => [failing(id), attempt(id, { retry: 1 })];

  /** The last members end otherwise; all before them passed. */
  function last(count: number, end: (id: string) => ReturnType<typeof flaky>, policy: Partial<Policy> = {}) {
    const attempts = ids.flatMap((id, index) => (index < 20 - count ? [attempt(id)] : end(id)));
    const verdict = decide([A, ...members], [attempt(A.id), ...attempts], {
      policy: { groups: [group], ...policy },
    });
    return { decision: verdict.decision, group: verdict.groups[0] };
  }

  test('19 passed are exactly enough, 18 are not', () => {
    expect(last(1, (id) => [failing(id)])).toMatchObject({
      decision: 'GO',
      group: { state: 'passed', passed: 19, of: 20 },
    });
    expect(last(2, (id) => [failing(id)])).toMatchObject({ decision: 'NO_GO', group: { state: 'failed' } });
  });

  test('one that failed and one that is unclear: nobody can tell, and no roll-back', () => {
    const end = last(2, (id) => (id === 's19' ? [failing(id)] : [attempt(id, { findings: [] })]));
    expect(end).toMatchObject({ decision: 'INCONCLUSIVE', group: { state: 'unknown', passed: 18 } });
  });

  test('waived ones are counted neither as passed nor as failed', () => {
    const waived = last(2, (id) => [failing(id)], { waivers: [waiver('s18'), waiver('s19')] });
    expect(waived).toMatchObject({ decision: 'GO', group: { state: 'passed', passed: 18, of: 18 } });
    const all = last(20, (id) => [failing(id)], { waivers: ids.map(waiver) });
    expect(all).toMatchObject({ decision: 'INCONCLUSIVE', group: { state: 'unknown', of: 0 } });
  });

  test('those that do not apply leave the ratio, and the floor stays', () => {
    const none = (id: string) => [attempt(id, { findings: [found(id, 'not-applicable')] })];
    expect(last(10, none)).toMatchObject({ decision: 'GO', group: { state: 'passed', passed: 10, of: 10 } });
    expect(last(11, none)).toMatchObject({ decision: 'INCONCLUSIVE', group: { state: 'unknown', of: 9 } });
  });

  test.each([
    ['inconclusive', 'INCONCLUSIVE', 'unknown'],
    ['accept', 'GO', 'passed'],
    ['no-go', 'NO_GO', 'failed'],
  ] as const)('flaky ones, where the policy says %s', (policy, decision, state) => {
    expect(last(2, flaky, { flaky: policy })).toMatchObject({ decision, group: { state } });
  });
});

describe('people', () => {
  const policy = {
    attestations: ['support-ready', 'legal-agrees'].map((id) => ({ id, title: id, role: 'lead' })),
  };
  const said = (id: string, extra: object = {}) => ({
    id,
    decision: 'attested' as const,
    name: 'Ada',
    role: 'lead',
    at: STARTED,
    comment: '',
    ...extra,
  });
  const by = (...attestations: ReturnType<typeof said>[]) =>
    decide([A], [attempt(A.id)], { policy, attestations });

  test('every statement is needed, and the missing one is named', () => {
    expect(by(said('support-ready'), said('legal-agrees')).decision).toBe('GO');
    const half = by(said('support-ready'));
    expect(half.decision).toBe('INCONCLUSIVE');
    expect(half.reasons.join()).toContain('legal-agrees');
  });

  test('the verdict says who, in which role, when and why', () => {
    const verdict = by(said('support-ready', { comment: 'two on call' }), said('legal-agrees'));
    expect(verdict.attestations[0]).toMatchObject({
      state: 'attested',
      by: { name: 'Ada', role: 'lead', at: STARTED, comment: 'two on call' },
    });
  });

  test('a refusal is heard although other things could not be told', () => {
    const attestations = [said('support-ready', { decision: 'refused' as const })];
    const verdict = decide([A], [attempt(A.id, { findings: [] })], { policy, attestations });
    expect(verdict.decision).toBe('NO_GO');
  });

  test.each([
    ['whose time cannot be read', said('support-ready', { at: 'yesterday' })],
    ['that nobody asked for', said('coffee-is-made')],
  ])('a statement %s does not count, and that is told', (_, one) => {
    const verdict = by(one, said('legal-agrees'));
    expect(verdict.decision).toBe('INCONCLUSIVE');
    expect(verdict.notices.join()).toContain('does not count');
  });

  test('the same statement asked of two roles needs both, and the refusal of either is heard', () => {
    const two = {
      attestations: ['DBA', 'head of sales'].map((role) => ({
        id: 'go-live-agreed',
        title: 'Go live',
        role,
      })),
    };
    const agreed = (role: string, decision: 'attested' | 'refused' = 'attested') =>
      said('go-live-agreed', { role, decision });
    const decided = (...attestations: ReturnType<typeof said>[]) =>
      decide([A], [attempt(A.id)], { policy: two, attestations }).decision;
    expect(decided(agreed('dba'))).toBe('INCONCLUSIVE');
    expect(decided(agreed('Head of Sales'))).toBe('INCONCLUSIVE');
    expect(decided(agreed('DBA'), agreed('DBA'))).toBe('INCONCLUSIVE');
    expect(decided(agreed('DBA'), agreed('head of sales'))).toBe('GO');
    expect(decided(agreed('DBA'), agreed('head of sales', 'refused'))).toBe('NO_GO');
  });

  test('no consent outweighs a check that failed', () => {
    const attestations = [said('support-ready'), said('legal-agrees')];
    expect(decide([A], [failing(A.id)], { policy, attestations }).decision).toBe('NO_GO');
  });
});

describe('waivers', () => {
  const good = { check: A.id, reason: 'known', owner: 'Kim', until: '2027-01-01' };

  test.each([
    ['no owner', { owner: '' }],
    ['no reason', { reason: '' }],
    ['blanks for a reason', { reason: ' \t' }],
    ['blanks for an owner', { owner: '  ' }],
    ['no end', { until: undefined }],
    ['a day that no calendar has', { until: '2027-02-30' }],
    ['a time instead of a day', { until: '2027-01-01T00:00:00Z' }],
    ['a check that is no id', { check: 'Orders Preserved' }],
  ])('with %s is refused', (_, wrong) => {
    expect(Waiver.safeParse(good).success).toBe(true);
    expect(Waiver.safeParse({ ...good, ...wrong }).success).toBe(false);
    expect(Policy.safeParse({ waivers: [{ ...good, ...wrong }] }).success).toBe(false);
  });

  test('counts to the last moment of its last day, and not a moment longer', () => {
    const B = planned('visitor-can-register');
    const policy = { waivers: [{ ...good, until: '2026-11-20' }], maxAgeMinutes: 10_000 };
    const evidence = evidenceOf([A, B], [failing(A.id), attempt(B.id)], { policy });
    expect(judge(evidence, '2026-11-20T23:59:59.999Z')).toMatchObject({
      decision: 'GO',
      counts: { waived: 1 },
    });
    const late = judge(evidence, '2026-11-21T00:00:00.000Z');
    expect(late.decision).toBe('NO_GO');
    expect(late.notices.join()).toContain('it ended on 2026-11-20');
  });

  test('does not stand in for what could not be told, whatever its reason', () => {
    const B = planned('visitor-can-register');
    const policy = { waivers: [good] };
    for (const one of [attempt(A.id, { status: 'timed-out' }), attempt(A.id, { status: 'skipped' })]) {
      expect(decide([A, B], [one, attempt(B.id)], { policy }).decision).toBe('INCONCLUSIVE');
    }
  });
});

describe('how long a verdict holds', () => {
  test('is a year at most: a calendar has an end', () => {
    expect(Policy.safeParse({ validForMinutes: 527_040 }).success).toBe(true);
    expect(Policy.safeParse({ validForMinutes: 527_041 }).success).toBe(false);
  });

  test('a decision at the end of the calendar is judged, and over at once', () => {
    const last = '+275760-09-13T00:00:00.000Z';
    expect(judge(evidenceOf([A], [attempt(A.id)]), last)).toMatchObject({
      decision: 'INCONCLUSIVE',
      expiresAt: last,
    });
  });
});
