import { expect, test } from 'vitest';
import { checksOf } from '../../../contract/plan/checks.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { Policy } from '../../../contract/verdict/policy.ts';
import { planStage, type SoFar, STAGES } from '../../../run/stages.ts';

const plan = parsePlan({
  target: { name: 'shop', urls: { app: 'http://127.0.0.1:3000' } },
  probes: [{ kind: 'rate-limit', id: 'rate-is-limited', title: 'x', path: '/' }],
  load: {
    profiles: [
      {
        id: 'load-holds',
        title: 'x',
        engine: 'autocannon',
        requests: [{ path: '/' }],
        thresholds: { errorRate: 0.01 },
      },
    ],
  },
});
const [, , load] = STAGES;
if (load === undefined) throw new Error('there is no last stage');

/** What starts of the last stage after a check of `project` has failed. */
function started(project: 'readiness' | 'suites' | undefined): readonly string[] {
  const failed = { id: 'one', state: 'failed', severity: 'blocking', waiver: null, project };
  const before = {
    checks: project === undefined ? [] : [failed],
    release: { state: 'same', reason: '' },
    policy: Policy.parse({}),
  } as unknown as SoFar;
  const planned = checksOf(plan, 'post-cutover').filter((check) => check.project === 'load');
  const given = { plan, before, keepGoing: false, cut: undefined };
  return planStage(load as (typeof STAGES)[number], planned, given).started.map(({ id }) => id);
}

test('a limit is tried although a check has failed, and not on a system that is not ready', () => {
  expect([...started(undefined)].sort()).toEqual(['load-holds', 'rate-is-limited']);
  expect(started('suites')).toEqual(['rate-is-limited']);
  expect(started('readiness')).toEqual([]);
});
