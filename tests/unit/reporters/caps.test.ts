import { expect, test } from 'vitest';
import type { Fault } from '../../../contract/evidence/evidence.ts';
import { judge } from '../../../reporters/judge.ts';
import { attempt, DECIDED, evidenceOf, failing, planned } from './evidence-builders.ts';

const A = planned('orders-preserved');
const B = planned('visitor-can-register');

function decided(kind: Fault['kind'], ...attempts: Parameters<typeof evidenceOf>[1]) {
  return judge(evidenceOf([A, B], attempts, { faults: [{ kind, message: 'what happened' }] }), DECIDED);
}

test.each(['interrupted', 'shards'] as const)('a fault of kind %s leaves neither GO nor NO_GO', (kind) => {
  expect(decided(kind, attempt(A.id), attempt(B.id)).decision).toBe('INCONCLUSIVE');
  const failed = decided(kind, failing(A.id), attempt(B.id));
  expect(failed).toMatchObject({ decision: 'INCONCLUSIVE', reason: failed.reasons[0] });
  expect(failed.reasons.slice(1).join(), 'what was seen is still told').toContain(A.id);
});

test('a person who refuses does not outweigh an interruption either', () => {
  const statement = { id: 'backup-was-restored', title: 'The backup was restored', role: 'DBA' };
  const refused = { ...statement, decision: 'refused', name: 'Bo', at: DECIDED, comment: '' } as const;
  const { title: _title, ...said } = refused;
  const evidence = evidenceOf([A], [attempt(A.id)], {
    policy: { attestations: [statement] },
    attestations: [said],
    faults: [{ kind: 'interrupted', message: 'the run was interrupted' }],
  });
  expect(judge(evidence, DECIDED).decision).toBe('INCONCLUSIVE');
  expect(judge({ ...evidence, faults: [] }, DECIDED).decision).toBe('NO_GO');
});

test('a part that a merged evidence does not know caps, although nobody reported it', () => {
  const evidence = evidenceOf([A], [failing(A.id)], { parts: [] });
  expect(judge(evidence, DECIDED)).toMatchObject({
    decision: 'INCONCLUSIVE',
    reason: 'Playwright session 0 belongs to no part',
  });
});

test.each(['deadline', 'incomplete', 'runner', 'reporter', 'clean-up'] as const)(
  'a fault of kind %s holds up GO, and hides no failure that was seen before',
  (kind) => {
    const whole = decided(kind, attempt(A.id), attempt(B.id));
    expect(whole).toMatchObject({ decision: 'INCONCLUSIVE' });
    expect(whole.reason).toContain('what happened');
    expect(decided(kind, failing(A.id)).decision).toBe('NO_GO');
  },
);

test('a session that our deadline ended calls itself interrupted, and a failure before still counts', () => {
  const evidence = evidenceOf([A, B], [failing(A.id)], {
    faults: [{ kind: 'deadline', message: 'not done in time' }],
  });
  const sessions = evidence.sessions.map((session) => ({ ...session, status: 'interrupted' as const }));
  expect(judge({ ...evidence, sessions }, DECIDED).decision).toBe('NO_GO');
});

test('a lease that was lost leaves neither GO nor NO_GO, and says so before anything else', () => {
  const faults: Fault[] = [
    { kind: 'interrupted', message: 'the session of suites was interrupted' },
    { kind: 'interrupted', message: 'the lease of the target was lost: somebody else holds it' },
  ];
  expect(judge(evidenceOf([A], [failing(A.id)], { faults }), DECIDED)).toMatchObject({
    decision: 'INCONCLUSIVE',
    reason: 'No answer counts: the lease of the target was lost: somebody else holds it.',
  });
});
