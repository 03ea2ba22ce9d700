import { expect, test } from 'vitest';
import type { Attempt } from '../../../../contract/evidence/evidence.ts';
import type { PlannedCheck } from '../../../../contract/plan/checks.ts';
import { Policy } from '../../../../contract/verdict/policy.ts';
import { recordOf } from '../../../../reporters/history/record-of.ts';
import { judge } from '../../../../reporters/judge.ts';
import { attempt, DECIDED, ENDED, evidenceOf, found, planned } from '../evidence-builders.ts';

function recorded(manifest: readonly PlannedCheck[], attempts: readonly Attempt[]) {
  const verdict = judge(evidenceOf(manifest, attempts), DECIDED);
  const policy = Policy.parse({});
  return recordOf(verdict, { location: 'default', endedAt: ENDED, exitCode: 0, policy, notDue: [] });
}

test('what must apply and says that it does not is not known; what may be absent does not apply', () => {
  const away = attempt('orders-preserved', { findings: [found('orders-preserved', 'not-applicable')] });
  const must = recorded([planned('orders-preserved')], [away]);
  expect(must).toMatchObject({ decision: 'INCONCLUSIVE', checks: [{ outcome: 'unknown' }] });
  const may = recorded(
    [planned('orders-preserved', { mayNotApply: true }), planned('visitor-can-register')],
    [away, attempt('visitor-can-register')],
  );
  expect(may).toMatchObject({
    decision: 'GO',
    checks: [{ outcome: 'not-applicable' }, { outcome: 'pass' }],
  });
});
