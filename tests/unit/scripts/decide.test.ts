import { expect, test } from 'vitest';
import type { Fault } from '../../../contract/evidence.ts';
import { decide } from '../../../scripts/decide.ts';
import { attempt, DECIDED, evidenceOf, failing, planned } from '../reporters/evidence-builders.ts';

const A = planned('orders-preserved');
const B = planned('visitor-can-register');

function decided(kind: Fault['kind'], ...attempts: Parameters<typeof evidenceOf>[1]) {
  const evidence = evidenceOf([A, B], attempts, { faults: [{ kind, message: 'what happened' }] });
  return decide(evidence, JSON.stringify(evidence), DECIDED);
}

test.each(['interrupted', 'shards'] as const)('a fault of kind %s leaves neither GO nor NO_GO', (kind) => {
  expect(decided(kind, attempt(A.id), attempt(B.id)).decision).toBe('INCONCLUSIVE');
  const failed = decided(kind, failing(A.id), attempt(B.id));
  expect(failed.decision).toBe('INCONCLUSIVE');
  expect(failed.reasons.slice(1).join(), 'what was seen is still told').toContain(A.id);
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
