import { describe, expect, test } from 'vitest';
import type { Attempt, Fault } from '../../../contract/evidence/evidence.ts';
import type { PlannedCheck } from '../../../contract/plan/checks.ts';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { Policy } from '../../../contract/verdict/policy.ts';
import { judge } from '../../../reporters/judge.ts';
import { startedVerdict } from '../../../reporters/started-verdict.ts';
import {
  attempt,
  DECIDED,
  ENDED,
  evidenceOf,
  failing,
  found,
  planned,
  STARTED,
} from './evidence-builders.ts';

const A = planned('orders-preserved');
const B = planned('visitor-can-register');

function decide(...given: Parameters<typeof evidenceOf>) {
  return judge(evidenceOf(...given), DECIDED);
}

test('every blocking check passed: GO, with a sentence and an end', () => {
  const verdict = decide([A, B], [attempt(A.id), attempt(B.id)]);
  expect(verdict).toMatchObject({
    decision: 'GO',
    reason: '2 of 2 blocking checks passed',
    reasons: [],
    expiresAt: '2026-11-20T11:04:05.000Z',
    counts: { required: 2, waived: 0 },
  });
  expect(verdict.counts.states.passed).toBe(2);
});

test('a failed blocking check is NO_GO and is named with its numbers', () => {
  const verdict = decide(
    [A, B],
    [
      attempt(A.id, {
        status: 'failed',
        findings: [found(A.id, 'unknown')],
        errors: [{ message: 'x', kind: 'finding' }],
      }),
      failing(B.id, {}, { summary: 'Orders are missing.', measured: 49_988, expected: 50_000, unit: 'rows' }),
    ],
  );
  expect(verdict.decision).toBe('NO_GO');
  expect(verdict.reason).toBe(
    'Statement visitor-can-register (visitor-can-register): Orders are missing; measured 49,988 rows, expected 50,000 rows',
  );
  expect(verdict.reasons[1]).toContain('(orders-preserved): could not tell');
});

test('an advisory failure is shown and does not decide', () => {
  const verdict = decide([A, planned('slow', { severity: 'advisory' })], [attempt(A.id), failing('slow')]);
  expect(verdict.decision).toBe('GO');
  expect(verdict.checks[1]?.state).toBe('failed');
});

describe('what is never GO for a blocking check', () => {
  const cases: readonly (readonly [string, readonly Attempt[], string, string])[] = [
    ['silent', [], 'not-run', 'silent'],
    ['skipped', [attempt(A.id, { status: 'skipped', findings: [] })], 'not-run', 'skipped'],
    ['interrupted', [attempt(A.id, { status: 'interrupted', findings: [] })], 'not-run', 'interrupted'],
    ['announced only', [attempt(A.id, { status: 'no-result', findings: [] })], 'not-run', 'no-result'],
    ['expected to fail', [attempt(A.id, { status: 'expected-failure' })], 'not-run', 'expected-to-fail'],
    ['passed without a finding', [attempt(A.id, { findings: [] })], 'unknown', 'no-finding'],
    ['timed out', [attempt(A.id, { status: 'timed-out', findings: [] })], 'unknown', 'timed-out'],
    ['only a retry is known', [attempt(A.id, { retry: 1 })], 'unknown', 'first-try-unknown'],
    [
      'broken test',
      [
        attempt(A.id, {
          status: 'failed',
          findings: [],
          errors: [{ message: 'TypeError: x', kind: 'other' }],
        }),
      ],
      'unknown',
      'broken-test',
    ],
    [
      'soft assertion, then a TypeError',
      [
        attempt(A.id, {
          status: 'failed',
          findings: [],
          errors: [
            { message: 'Error: expect', kind: 'assertion' },
            { message: 'TypeError: x', kind: 'other' },
          ],
        }),
      ],
      'unknown',
      'broken-test',
    ],
    [
      'no network of our own',
      [
        attempt(A.id, {
          status: 'failed',
          findings: [],
          control: 'silent',
          errors: [{ message: 'connect ECONNREFUSED', kind: 'connection' }],
        }),
      ],
      'unknown',
      'own-network',
    ],
    [
      'an error in a pass',
      [attempt(A.id, { errors: [{ message: 'late', kind: 'other' }] })],
      'unknown',
      'error-in-pass',
    ],
    [
      'not applicable',
      [attempt(A.id, { findings: [found(A.id, 'not-applicable')] })],
      'not-applicable',
      'not-applicable',
    ],
    [
      'a pass that contradicts itself',
      [
        attempt(A.id, {
          findings: [
            found(A.id, 'pass', {
              detail: {
                kind: 'probe',
                statements: [{ name: 'status', ok: false, measured: 500, expected: '2xx' }],
              },
            }),
          ],
        }),
      ],
      'unknown',
      'contradiction',
    ],
    [
      'a pass over a table that differs',
      [
        attempt(A.id, {
          findings: [
            found(A.id, 'pass', {
              detail: {
                kind: 'table',
                table: {
                  old: 'orders',
                  new: 'sales_orders',
                  answer: 'different',
                  oldRows: 2,
                  newRows: 2,
                  sums: [],
                  notCompared: [],
                },
              },
            }),
          ],
        }),
      ],
      'unknown',
      'contradiction',
    ],
  ];
  test.each(cases)('%s', (_name, attempts, state, cause) => {
    const verdict = decide([A, B], [...attempts, attempt(B.id)]);
    expect(verdict.checks[0]).toMatchObject({ state, cause });
    expect(verdict.decision).toBe('INCONCLUSIVE');
    expect(verdict.reason).toContain('orders-preserved');
  });

  test('a pass on too few samples', () => {
    const check = planned('p95-holds', { source: 'load', sampleFloor: 100 });
    const few = attempt(check.id, { findings: [found(check.id, 'pass', { sampleSize: 99 })] });
    expect(decide([check], [few])).toMatchObject({ decision: 'INCONCLUSIVE' });
    const enough = attempt(check.id, { findings: [found(check.id, 'pass', { sampleSize: 100 })] });
    expect(decide([check], [enough]).decision).toBe('GO');
  });

  test('not started on purpose says why', () => {
    const verdict = decide([A, B], [failing(A.id)], {
      notStarted: [{ check: B.id, because: 'a blocking check had failed' }],
    });
    expect(verdict.checks[1]?.summary).toBe('was not started: a blocking check had failed');
  });
});

test('plain assertions and a dead target fail; own tests need no finding to pass', () => {
  const own = planned('own', { source: 'own' });
  expect(decide([own], [attempt('own', { findings: [] })]).decision).toBe('GO');
  const empty = decide([own], [attempt('own', { findings: [], comparisons: 0 })]);
  expect(empty).toMatchObject({
    decision: 'INCONCLUSIVE',
    checks: [{ state: 'unknown', cause: 'compared-nothing' }],
  });
  for (const kind of ['assertion', 'connection'] as const) {
    const broken = attempt('own', {
      status: 'failed',
      findings: [],
      errors: [{ message: 'Error: expect(received).toBe(expected)\n\nExpected: 2\nReceived: 1', kind }],
    });
    const verdict = decide([own], [broken]);
    expect(verdict.decision).toBe('NO_GO');
    expect(verdict.reason).toContain('Expected: 2; Received: 1');
  }
});

test('the worst finding of an attempt decides, whatever Playwright says', () => {
  const said = attempt(A.id, { findings: [found(A.id, 'pass'), found(A.id, 'fail')] });
  expect(decide([A], [said]).decision).toBe('NO_GO');
});

describe('flaky', () => {
  const failedThenPassed = [failing(A.id), attempt(A.id, { retry: 1 })];
  const brokeThenPassed = [
    attempt(A.id, { status: 'failed', findings: [], errors: [{ message: 'TypeError', kind: 'other' }] }),
    attempt(A.id, { retry: 1 }),
  ];
  test.each([
    ['inconclusive', failedThenPassed, 'INCONCLUSIVE'],
    ['accept', failedThenPassed, 'GO'],
    ['no-go', failedThenPassed, 'NO_GO'],
    ['no-go', brokeThenPassed, 'INCONCLUSIVE'],
    ['accept', brokeThenPassed, 'GO'],
  ] as const)('policy %s', (flaky, attempts, decision) => {
    const verdict = decide([A], attempts, { policy: { flaky } });
    expect(verdict.checks[0]?.state).toBe('flaky');
    expect(verdict.decision).toBe(decision);
  });
});

describe('waivers', () => {
  const waiver = (until: string, check = A.id) => ({ check, reason: 'known', owner: 'Kim', until });
  test('a failed check with a valid waiver is shown, counted, and does not decide', () => {
    const verdict = decide([A, B], [failing(A.id), attempt(B.id)], {
      policy: { waivers: [waiver('2026-11-20')] },
    });
    expect(verdict.decision).toBe('GO');
    expect(verdict.counts.waived).toBe(1);
    expect(verdict.checks[0]).toMatchObject({ state: 'failed', waiver: { owner: 'Kim' } });
    expect(verdict.reason).toContain('1 failure is waived');
  });
  test('an expired one does not count and is told', () => {
    const verdict = decide([A, B], [failing(A.id), attempt(B.id)], {
      policy: { waivers: [waiver('2026-11-19')] },
    });
    expect(verdict.decision).toBe('NO_GO');
    expect(verdict.notices[0]).toContain('ended on 2026-11-19');
  });
  test('one for an unknown check is told', () => {
    const verdict = decide([A], [attempt(A.id)], {
      policy: { waivers: [waiver('2027-01-01', 'other-check')] },
    });
    expect(verdict.notices[0]).toContain('no such check');
  });
  test('a waiver never stands in for a check that did not run', () => {
    const verdict = decide([A, B], [attempt(B.id)], { policy: { waivers: [waiver('2027-01-01')] } });
    expect(verdict.decision).toBe('INCONCLUSIVE');
    expect(verdict.checks[0]?.waiver).toBeNull();
  });
  test('waivers alone are no GO', () => {
    expect(decide([A], [failing(A.id)], { policy: { waivers: [waiver('2027-01-01')] } }).decision).toBe(
      'INCONCLUSIVE',
    );
  });
});

describe('groups', () => {
  const members = ['s1', 's2', 's3', 's4'].map((id) => planned(id, { severity: 'advisory' }));
  const policy = (minimumRatio: number, minimumCount = 1) => ({
    groups: [
      {
        id: 'security',
        title: 'Security smoke',
        checks: members.map(({ id }) => id),
        minimumRatio,
        minimumCount,
      },
    ],
  });
  const pass = members.map(({ id }) => attempt(id));
  const all = [A, ...members];
  test.each([
    ['all passed', [...pass], 1, 1, 'GO'],
    ['enough passed', [...pass.slice(0, 3), failing('s4')], 0.75, 1, 'GO'],
    ['out of reach', [...pass.slice(0, 3), failing('s4')], 0.95, 1, 'NO_GO'],
    ['one is silent', pass.slice(0, 3), 0.95, 1, 'INCONCLUSIVE'],
    ['too few results', pass, 0.95, 5, 'INCONCLUSIVE'],
  ] as const)('%s', (_name, attempts, ratio, count, decision) => {
    expect(decide(all, [attempt(A.id), ...attempts], { policy: policy(ratio, count) }).decision).toBe(
      decision,
    );
  });
  test('19 of 20 are 95 % and not more than 95 %', () => {
    const probes = Array.from({ length: 20 }, (_, at) => planned(`p${at}`, { severity: 'advisory' }));
    const decided = (bad: number, silent: number, strictly?: boolean) => {
      const attempts = probes
        .slice(0, 20 - silent)
        .map(({ id }, at) => (at < bad ? failing(id) : attempt(id)));
      const checks = probes.map(({ id }) => id);
      const groups = policy(0.95).groups.map((one) => ({ ...one, checks, strictly }));
      return decide([A, ...probes], [attempt(A.id), ...attempts], { policy: { groups } });
    };
    expect(decided(1, 0).decision).toBe('GO');
    expect(decided(0, 0, true).decision).toBe('GO');
    const refused = decided(1, 0, true);
    expect(refused.decision).toBe('NO_GO');
    expect(refused.reasons.join()).toContain(
      'security: 19 of 20 passed; more than 95 % and 1 results are needed',
    );
    expect(decided(0, 1, true).decision).toBe('INCONCLUSIVE');
  });
  test('more than all can be asked of nobody: that is no fault of the target', () => {
    const strict = (ratio: number) => policy(ratio).groups.map((one) => ({ ...one, strictly: true }));
    expect(Policy.safeParse({ groups: strict(1) }).success).toBe(false);
    expect(Policy.safeParse({ groups: strict(0.95) }).success).toBe(true);
    expect(Policy.safeParse(policy(1)).success).toBe(true);
    // As good as 1, where numbers are rounded.
    const groups = strict(1 - 1e-10);
    expect(decide(all, [attempt(A.id), ...pass], { policy: { groups } }).decision).toBe('INCONCLUSIVE');
  });
  test('a group without any check in this phase is unknown', () => {
    expect(decide([A], [attempt(A.id)], { policy: policy(0.5) }).decision).toBe('INCONCLUSIVE');
  });
});

describe('attestations', () => {
  const policy = {
    attestations: [{ id: 'support-ready', title: 'Support is staffed', role: 'Support lead' }],
  };
  const said = (decision: 'attested' | 'refused', extra: object = {}) => ({
    id: 'support-ready',
    decision,
    name: 'Ada',
    role: 'support lead',
    at: STARTED,
    comment: '',
    ...extra,
  });
  test.each([
    ['nobody', [], 'INCONCLUSIVE'],
    ['attested', [said('attested')], 'GO'],
    ['refused', [said('refused')], 'NO_GO'],
    ['refused and attested', [said('refused'), said('attested')], 'NO_GO'],
    ['wrong role', [said('attested', { role: 'intern' })], 'INCONCLUSIVE'],
    ['from the future', [said('attested', { at: '2027-01-01T00:00:00Z' })], 'INCONCLUSIVE'],
    ['refused in the wrong role', [said('attested'), said('refused', { role: 'intern' })], 'GO'],
  ] as const)('%s', (_name, attestations, decision) => {
    const verdict = decide([A], [attempt(A.id)], { policy, attestations: [...attestations] });
    expect(verdict.decision).toBe(decision);
  });
});

describe('release', () => {
  const wanted = { id: '2.0.0', commit: '0123456789abcdef' };
  const subject = { target: 'shop', urls: { app: 'http://127.0.0.1:1' }, wanted };
  const release = planned('wanted-release-runs', { source: 'built-in', project: 'readiness' });
  const run = (
    observedRelease: { id?: string; commit?: string } | undefined,
    outcome: 'pass' | 'fail',
    policy = {},
  ) => {
    const finding = found(release.id, outcome, observedRelease ? { observedRelease } : {});
    const said =
      outcome === 'pass'
        ? attempt(release.id, { project: 'readiness', findings: [finding] })
        : failing(release.id, { project: 'readiness', findings: [finding] });
    return decide([A, release], [attempt(A.id), said], { subject, policy });
  };
  test('the wanted one runs', () => {
    const verdict = run({ id: '2.0.0', commit: '0123456' }, 'pass');
    expect(verdict.decision).toBe('GO');
    expect(verdict.reason).toContain('on release 2.0.0 (commit 0123456)');
  });
  test('another one runs: by policy, never GO', () => {
    expect(run({ id: '1.9.0' }, 'fail').decision).toBe('NO_GO');
    expect(run({ id: '1.9.0' }, 'pass').decision).toBe('NO_GO');
    expect(run({ id: '2.0.0', commit: 'ffff' }, 'pass').decision).toBe('NO_GO');
    expect(run({ id: '1.9.0' }, 'fail', { otherRelease: 'inconclusive' }).decision).toBe('INCONCLUSIVE');
  });
  test('a branch was asked for instead of a release: nobody can tell, and nothing is taken back', () => {
    const asked = { ...subject, wanted: { id: 'main' } };
    const finding = found(release.id, 'unknown', { observedRelease: { id: '2.0.0' } });
    const said = failing(release.id, { project: 'readiness', findings: [finding] });
    expect(decide([A, release], [attempt(A.id), said], { subject: asked }).decision).toBe('INCONCLUSIVE');
  });
  test('nobody looked: not GO, and what to do about it', () => {
    const verdict = run(undefined, 'pass');
    expect(verdict.decision).toBe('INCONCLUSIVE');
    expect(verdict.reasons.join()).toContain('`target.release` of the plan');
  });
});

describe('faults of our own', () => {
  const fault: Fault = { kind: 'clean-up', message: 'could not remove a customer' };
  test('hold up GO and never make NO_GO', () => {
    expect(decide([A], [attempt(A.id)], { faults: [fault] })).toMatchObject({
      decision: 'INCONCLUSIVE',
      reason: 'Clean-up: could not remove a customer',
    });
  });
  test('do not hide a failure of the product', () => {
    expect(decide([A], [failing(A.id)], { faults: [fault] }).decision).toBe('NO_GO');
  });
  const session = evidenceOf([A], [attempt(A.id)]).sessions[0]!;
  test.each([
    ['killed', { status: null, endedAt: null, exitCode: null }, 'incomplete'],
    ['interrupted', { status: 'interrupted', exitCode: 130 }, 'interrupted'],
    ['timed out', { status: 'timedout', exitCode: 1 }, 'deadline'],
    ['not all ended', { announced: 3 }, 'incomplete'],
    ['failed without a reason', { status: 'failed', exitCode: 1 }, 'runner'],
    ['exit code 0 after a failure', { status: 'failed', exitCode: 0 }, 'runner'],
    ['passed with exit code 1', { exitCode: 1 }, 'runner'],
  ] as const)('a session that was %s', (_name, extra, kind) => {
    const verdict = decide([A], [attempt(A.id)], { sessions: [{ ...session, ...extra }] });
    expect(verdict.decision).toBe('INCONCLUSIVE');
    expect(verdict.faults.map((one) => one.kind)).toContain(kind);
  });
  test('a session that says passed although a test failed', () => {
    const verdict = decide([A, B], [attempt(A.id), failing(B.id)], { sessions: [session] });
    expect(verdict.faults.some(({ message }) => message.includes('another reporter'))).toBe(true);
    expect(verdict.decision).toBe('NO_GO');
  });
  test('a check that nobody asked for', () => {
    const verdict = decide([A], [attempt(A.id), attempt('unasked')]);
    expect(verdict.decision).toBe('INCONCLUSIVE');
    expect(verdict.faults[0]?.kind).toBe('unexpected-check');
  });
  test('two tests under one id', () => {
    const verdict = decide([A], [attempt(A.id), attempt(A.id, { title: 'Other test' })]);
    expect(verdict.faults.map(({ kind }) => kind)).toContain('duplicate-check');
    expect(verdict.decision).toBe('INCONCLUSIVE');
  });
});

describe('times', () => {
  const good = evidenceOf([A], [attempt(A.id)]);
  test.each([
    ['stale', '2026-11-20T11:05:00.000Z', {}, 'minutes old'],
    ['before the run', '2026-11-20T09:00:00.000Z', {}, 'before the run'],
    ['unreadable', 'now', {}, 'cannot be read'],
    ['not ended', DECIDED, { endedAt: null }, 'did not come to its end'],
    ['ended before it started', DECIDED, { endedAt: '2026-11-20T09:00:00.000Z' }, 'before it started'],
    ['attempts of an older run', DECIDED, { startedAt: '2026-11-20T10:02:00.000Z' }, 'older than the run'],
  ] as const)('%s', (_name, at, run, text) => {
    const verdict = judge({ ...good, run: { ...good.run, ...run } }, at);
    expect(verdict.decision).toBe('INCONCLUSIVE');
    expect(verdict.reason).toContain(text);
  });
  test('as old as allowed is fine', () => {
    expect(judge(good, '2026-11-20T11:04:00.000Z').decision).toBe('GO');
    expect(judge(good, ENDED).decision).toBe('GO');
  });
});

test('no checks, or fewer passes than the policy wants: INCONCLUSIVE', () => {
  expect(decide([], []).decision).toBe('INCONCLUSIVE');
  expect(decide([A], [attempt(A.id)], { policy: { minimumPassed: 2 } }).decision).toBe('INCONCLUSIVE');
  const advisory = planned('x', { severity: 'advisory' });
  expect(decide([advisory], [attempt('x')]).decision).toBe('INCONCLUSIVE');
});

test('leftovers warn or hold up, by policy', () => {
  const leftovers = [{ kind: 'customer', identity: 'gl-1', reason: 'the undo flow failed' }];
  expect(decide([A], [attempt(A.id)], { leftovers })).toMatchObject({
    decision: 'GO',
    notices: ['1 piece of test data is still on the target.'],
  });
  expect(decide([A], [attempt(A.id)], { leftovers, policy: { leftovers: 'inconclusive' } }).decision).toBe(
    'INCONCLUSIVE',
  );
});

test('a started run is INCONCLUSIVE and says so', () => {
  const { run, subject, planDigest, policy, policyDigest, manifest } = evidenceOf([A], []);
  const verdict = startedVerdict({ run, subject, planDigest, policy, policyDigest, manifest });
  expect(verdict).toMatchObject({
    decision: 'INCONCLUSIVE',
    reason: 'The run was started and has not finished.',
  });
  expect(verdict.checks[0]?.state).toBe('not-run');
});

test('that the target answers is no GO by itself: a check of the plan must have passed and must block', () => {
  const answers = planned('target-answers', { source: 'built-in', project: 'readiness' });
  const both = [attempt(answers.id, { project: 'readiness' }), attempt(A.id)];
  const shown: PlannedCheck = { ...A, severity: 'advisory' };
  expect(decide([answers, A], both).decision).toBe('GO');
  expect(decide([answers, shown], both).decision).toBe('INCONCLUSIVE');
  expect(decide([answers, shown], both).reason).toBe(
    'No blocking check of the plan passed; only built-in ones did.',
  );
  const away = attempt(A.id, { findings: [found(A.id, 'not-applicable')] });
  expect(decide([answers, { ...A, mayNotApply: true }], [both[0] as Attempt, away]).decision).toBe(
    'INCONCLUSIVE',
  );
});

test('a commit that the target never said is told apart from one that it said', () => {
  const id = 'wanted-release-runs';
  const check = planned(id, { source: 'built-in', project: 'readiness' });
  const ran = (observedRelease: Finding['observedRelease']) =>
    decide(
      [check, A],
      [
        attempt(id, { project: 'readiness', findings: [found(id, 'pass', { observedRelease })] }),
        attempt(A.id),
      ],
      { subject: { target: 'shop', urls: {}, wanted: { id: '2.0', commit: 'abcdef1' } } },
    );
  expect(ran({ id: '2.0', commit: 'abcdef1' }).notices).toEqual([]);
  expect(ran({ id: '2.0' })).toMatchObject({
    decision: 'GO',
    notices: [expect.stringContaining('abcdef1 was not seen')],
  });
});
