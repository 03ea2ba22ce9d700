import { describe, expect, test } from 'vitest';
import { Unavailable } from '../../../contract/cannot-tell.ts';
import { Finding } from '../../../contract/evidence/finding.ts';
import { StatePlan } from '../../../contract/plan/state-plan.ts';
import { stateFinding, leftOut } from '../../../data-checks/state-finding.ts';
import type { StateFinding, StateResult } from '../../../data-checks/postgres/state/state.ts';

const CHECK = 'grants-are-kept';

function fault(object: string, severity: StateFinding['severity'] = 'blocking'): StateFinding {
  return { check: CHECK, severity, object, summary: `no ${object}`, remedy: `grant ${object};` };
}

function judged(findings: readonly StateFinding[], plan: Record<string, unknown> = {}): Finding {
  const result: StateResult = {
    check: CHECK,
    title: 'Every grant is there',
    answer: findings.length > 0 ? 'broken' : 'holds',
    examined: 12,
    findings,
    undecided: [],
    unjudged: [],
  };
  return Finding.parse(stateFinding(CHECK, StatePlan.parse(plan), result));
}

describe('a state check of a plan', () => {
  test('passes where nothing is wrong, and says how much was looked at', () => {
    expect(judged([])).toMatchObject({ outcome: 'pass', measured: 0, sampleSize: 12 });
  });

  test('fails with the first fault, its remedy and the number of all', () => {
    expect(judged([fault('a', 'advisory'), fault('b'), fault('c')])).toMatchObject({
      outcome: 'fail',
      cause: 'state-broken',
      summary: 'no b, and 1 more',
      measured: 2,
      remedy: 'grant b;',
      detail: { state: { findings: [{ object: 'b' }, { object: 'c' }, { object: 'a' }] } },
    });
  });

  test('passes with a warning, and names it', () => {
    const finding = judged([fault('a', 'advisory')]);
    expect(finding).toMatchObject({ outcome: 'pass', measured: 0 });
    expect(finding.summary).toContain('with 1 warning: no a');
  });

  test('fails for a warning that the plan takes seriously', () => {
    expect(judged([fault('a', 'advisory')], { severity: { [CHECK]: 'blocking' } })).toMatchObject({
      outcome: 'fail',
      detail: { state: { findings: [{ severity: 'blocking' }] } },
    });
  });

  test('lets pass what the plan names, with its reason, and nothing else', () => {
    const except = [{ check: CHECK, objects: ['* on (old).*'], because: 'it went' }];
    const finding = judged([fault('SELECT on (old).x'), fault('SELECT on shop.x')], { except });
    expect(finding).toMatchObject({
      outcome: 'fail',
      summary: 'no SELECT on shop.x',
      detail: { state: { letPass: [{ object: 'SELECT on (old).x', because: 'it went' }] } },
    });
    const other = [{ check: 'owners-are-kept', objects: ['*'], because: 'they changed' }];
    expect(judged([fault('SELECT on shop.x')], { except: other }).outcome).toBe('fail');
  });

  test('shows the first faults only, and says how many there are', () => {
    const finding = judged(Array.from({ length: 70 }, (_, index) => fault(`f${index}`)));
    expect(finding.measured).toBe(70);
    expect(finding.detail).toMatchObject({ state: { more: 20 } });
  });

  const unseen = {
    check: CHECK,
    title: 't',
    examined: 0,
    findings: [],
    undecided: [],
    unjudged: [],
  } as const;
  const refused = new Unavailable('refused', 'start it');
  const denied = { ...unseen, answer: 'not-checked', reason: 'new: permission denied' } as const;

  test.each([
    [denied, 'not-checked', denied.reason],
    [refused, 'port-unavailable', refused.message],
  ] as const)('is unknown where a side could not be asked', (found, cause, reason) => {
    const finding = stateFinding(CHECK, StatePlan.parse({}), found);
    expect(Finding.parse(finding)).toMatchObject({ outcome: 'unknown', cause });
    expect(finding.summary).toContain(reason);
  });

  test('that is left out as a whole says so', () => {
    expect(Finding.parse(leftOut(CHECK, 'no roles here'))).toMatchObject({
      outcome: 'not-applicable',
      summary: 'Left out by the plan: no roles here',
    });
  });
});
