import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Attempt, Evidence, Fault } from '../../../contract/evidence/evidence.ts';
import type { Finding } from '../../../contract/evidence/finding.ts';
import type { Decision } from '../../../contract/evidence/outcome.ts';
import type { PlannedCheck } from '../../../contract/plan/checks.ts';
import { judgeFindings } from '../../../reporters/judge-findings.ts';
import { judge } from '../../../reporters/judge.ts';
import { attempt, DECIDED, ENDED, evidenceOf, found, planned, STARTED } from './evidence-builders.ts';

const IDS = ['a', 'b', 'c', 'd'] as const;
const MANIFEST = [
  planned('a'),
  planned('b', { source: 'own' }),
  planned('c', { sampleFloor: 10 }),
  planned('d', { severity: 'advisory' }),
];
const BAD: Record<Decision, number> = { GO: 0, INCONCLUSIVE: 1, NO_GO: 2 };

const outcome = fc.constantFrom<Finding['outcome'][]>('pass', 'fail', 'unknown', 'not-applicable');
const status = fc.constantFrom<Attempt['status'][]>(
  'passed',
  'failed',
  'timed-out',
  'skipped',
  'interrupted',
  'expected-failure',
  'no-result',
);
const anyAttempt = fc
  .record({
    check: fc.constantFrom(...IDS),
    retry: fc.nat(2),
    status,
    outcomes: fc.array(outcome, { maxLength: 2 }),
    comparisons: fc.nat(1),
    sampleSize: fc.option(fc.nat(20), { nil: undefined }),
    kinds: fc.array(
      fc.constantFrom<Attempt['errors'][number]['kind'][]>('finding', 'assertion', 'connection', 'other'),
      { maxLength: 2 },
    ),
    control: fc.constantFrom<Attempt['control'][]>('answers', 'silent', 'not-asked'),
  })
  .map(({ check, retry, status, outcomes, comparisons, sampleSize, kinds, control }) =>
    attempt(check, {
      retry,
      status,
      control,
      comparisons,
      errors: kinds.map((kind) => ({ kind, message: `an error of kind ${kind}` })),
      findings: outcomes.map((one) => found(check, one, sampleSize === undefined ? {} : { sampleSize })),
    }),
  );
const anyFault = fc.record({
  kind: fc.constantFrom<Fault['kind'][]>(
    'runner',
    'reporter',
    'interrupted',
    'deadline',
    'clean-up',
    'other',
  ),
  message: fc.string(),
});
const anyEvidence = fc
  .record({
    attempts: fc.array(anyAttempt, { maxLength: 8 }),
    faults: fc.array(anyFault, { maxLength: 2 }),
    ended: fc.boolean(),
    exitCode: fc.constantFrom(0, 1, 130, null),
    sessionStatus: fc.constantFrom<Evidence['sessions'][number]['status'][]>(
      'passed',
      'failed',
      'timedout',
      'interrupted',
      null,
    ),
    flaky: fc.constantFrom<Evidence['policy']['flaky'][]>('inconclusive', 'accept', 'no-go'),
  })
  .map(({ attempts, faults, ended, exitCode, sessionStatus, flaky }): Evidence => {
    const base = evidenceOf(MANIFEST, attempts, { faults, policy: { flaky } });
    return {
      ...base,
      run: { ...base.run, endedAt: ended ? ENDED : null },
      sessions: base.sessions.map((session) => ({ ...session, exitCode, status: sessionStatus })),
    };
  });

const decisionOf = (evidence: Evidence): Decision => judge(evidence, DECIDED).decision;

function withAttempt(evidence: Evidence, extra: Attempt): Evidence {
  return { ...evidence, attempts: [...evidence.attempts, extra] };
}

/** The try after the last one that the evidence holds for a check. */
function nextRetry(evidence: Evidence, check: string): number {
  return Math.max(-1, ...evidence.attempts.filter((one) => one.check === check).map((one) => one.retry)) + 1;
}

test('no GO without a complete set of passes, an end, and no fault', () => {
  fc.assert(
    fc.property(anyEvidence, (evidence) => {
      if (decisionOf(evidence) !== 'GO') return;
      expect(evidence.run.endedAt).not.toBeNull();
      expect(evidence.faults).toEqual([]);
      for (const check of MANIFEST.filter(({ severity }) => severity === 'blocking')) {
        const own = evidence.attempts.filter((one) => one.check === check.id);
        const passes = own.filter(
          (one) => one.status === 'passed' && one.findings.every((finding) => finding.outcome === 'pass'),
        );
        expect(passes.length).toBeGreaterThan(0);
        expect(passes.every((one) => one.findings.length > 0 || one.comparisons > 0)).toBe(true);
        expect(own.some((one) => one.retry === 0)).toBe(true);
        if (evidence.policy.flaky !== 'accept') expect(passes).toHaveLength(own.length);
      }
    }),
    { numRuns: 3000 },
  );
});

test('a complete set of passes does give GO, so the property above is not empty', () => {
  const attempts = IDS.map((id) => attempt(id, { findings: [found(id, 'pass', { sampleSize: 10 })] }));
  expect(decisionOf(evidenceOf(MANIFEST, attempts))).toBe('GO');
});

test('adding a failure, a skip or a fault never improves a verdict', () => {
  const worse = fc.oneof(
    anyFault.map((fault) => (evidence: Evidence): Evidence => ({
      ...evidence,
      faults: [...evidence.faults, fault],
    })),
    fc
      .constantFrom(...IDS)
      .map(
        (id) => (evidence: Evidence) =>
          withAttempt(
            evidence,
            attempt(id, { retry: nextRetry(evidence, id), status: 'failed', findings: [found(id, 'fail')] }),
          ),
      ),
    fc
      .tuple(
        fc.constantFrom(...IDS),
        fc.constantFrom<Attempt['status'][]>('skipped', 'interrupted', 'no-result'),
      )
      .map(
        ([id, status]) =>
          (evidence: Evidence) =>
            withAttempt(evidence, attempt(id, { retry: nextRetry(evidence, id), status, findings: [] })),
      ),
    fc.constant((evidence: Evidence): Evidence => ({ ...evidence, run: { ...evidence.run, endedAt: null } })),
  );
  fc.assert(
    fc.property(anyEvidence, worse, (evidence, change) => {
      // Whoever interrupts takes the decision away: that answer is neither better nor worse, it is none.
      if (change(evidence).faults.some(({ kind }) => kind === 'interrupted')) {
        expect(decisionOf(change(evidence))).toBe('INCONCLUSIVE');
        return;
      }
      expect(BAD[decisionOf(change(evidence))]).toBeGreaterThanOrEqual(BAD[decisionOf(evidence)]);
    }),
    { numRuns: 3000 },
  );
});

test('no fault of the harness alone gives NO_GO', () => {
  const harmless = anyAttempt.map((one): Attempt => ({
    ...one,
    findings: one.findings.filter((finding) => finding.outcome !== 'fail'),
    errors: one.errors.map((error) =>
      error.kind === 'assertion' || error.kind === 'connection'
        ? { ...error, kind: 'other' as const }
        : error,
    ),
  }));
  fc.assert(
    fc.property(anyEvidence, fc.array(harmless, { maxLength: 8 }), (evidence, attempts) => {
      expect(decisionOf({ ...evidence, attempts })).not.toBe('NO_GO');
    }),
    { numRuns: 3000 },
  );
});

test('judging is pure: the same evidence gives the same bytes, and stays as it was', () => {
  fc.assert(
    fc.property(anyEvidence, (evidence) => {
      const before = JSON.stringify(evidence);
      expect(JSON.stringify(judge(evidence, DECIDED))).toBe(JSON.stringify(judge(evidence, DECIDED)));
      expect(JSON.stringify(evidence)).toBe(before);
      expect(judge(evidence, STARTED).decision).not.toBe('GO');
    }),
  );
});

test('a finding alone is weighed as a run of that one check weighs it', () => {
  const waiver = { check: 'a', reason: 'known', owner: 'Bo' };
  const anySaid = fc.record({
    outcome,
    sampleSize: fc.option(fc.nat(20), { nil: undefined }),
    severity: fc.constantFrom<PlannedCheck['severity'][]>('blocking', 'advisory'),
    mayNotApply: fc.boolean(),
    sampleFloor: fc.nat(20),
    until: fc.constantFrom('2020-01-01', '2026-11-20', '2099-01-01', undefined),
    broken: fc.boolean(),
  });
  fc.assert(
    fc.property(anySaid, ({ outcome, sampleSize, until, broken, ...planning }) => {
      const check = planned('a', { source: 'slo', ...planning });
      const statement = { name: 'share', ok: !broken, measured: 1, expected: 2 };
      const finding = found('a', outcome, {
        ...(sampleSize === undefined ? {} : { sampleSize }),
        detail: { kind: 'probe', statements: [statement] },
      });
      const bad = outcome === 'fail' || outcome === 'unknown';
      const evidence = evidenceOf(
        [check],
        [
          attempt('a', {
            findings: [finding],
            ...(bad ? { status: 'failed', errors: [{ kind: 'finding', message: 'FindingSaysNo' }] } : {}),
          }),
        ],
        { policy: until === undefined ? {} : { waivers: [{ ...waiver, until }] } },
      );
      const alone = judgeFindings([{ check, policy: evidence.policy, finding }], DECIDED);
      expect(alone.decision).toBe(judge(evidence, DECIDED).decision);
    }),
    { numRuns: 3000 },
  );
});
