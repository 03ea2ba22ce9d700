import type { PlannedCheck } from '../../../contract/plan/checks.ts';
import type { Attempt, Evidence } from '../../../contract/evidence/evidence.ts';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { Policy } from '../../../contract/verdict/policy.ts';

export const STARTED = '2026-11-20T10:00:00.000Z';
export const ENDED = '2026-11-20T10:04:00.000Z';
export const DECIDED = '2026-11-20T10:04:05.000Z';

export function planned(id: string, extra: Partial<PlannedCheck> = {}): PlannedCheck {
  return {
    id,
    title: `Statement ${id}`,
    source: 'flow',
    project: 'suites',
    severity: 'blocking',
    mayNotApply: false,
    sampleFloor: 0,
    ...extra,
  };
}

export function found(check: string, outcome: Finding['outcome'], extra: Partial<Finding> = {}): Finding {
  return { check, outcome, summary: `saw ${outcome}`, ...extra };
}

export function attempt(check: string, extra: Partial<Attempt> = {}): Attempt {
  return {
    check,
    project: 'suites',
    title: `Statement ${check}`,
    session: 0,
    retry: 0,
    status: 'passed',
    startedAt: '2026-11-20T10:01:00.000Z',
    durationMs: 120,
    errors: [],
    findings: [found(check, 'pass')],
    comparisons: 1,
    control: 'not-asked',
    ...extra,
  };
}

export function failing(
  check: string,
  extra: Partial<Attempt> = {},
  finding: Partial<Finding> = {},
): Attempt {
  return attempt(check, {
    status: 'failed',
    errors: [{ message: 'FindingSaysNo: saw fail', kind: 'finding' }],
    findings: [found(check, 'fail', finding)],
    ...extra,
  });
}

/** Evidence whose session agrees with its attempts. */
export function evidenceOf(
  manifest: readonly PlannedCheck[],
  attempts: readonly Attempt[],
  extra: Omit<Partial<Evidence>, 'policy'> & { readonly policy?: Partial<Policy> } = {},
): Evidence {
  const bad = attempts.some(
    (one) =>
      ['failed', 'timed-out'].includes(one.status) &&
      !attempts.some(
        (other) => other.check === one.check && other.retry > one.retry && other.status === 'passed',
      ),
  );
  const tests = new Set(attempts.map((one) => one.check)).size;
  return {
    schema: 'greenlight/evidence@1',
    run: {
      id: 'run1',
      nonce: 'nonce1',
      phase: 'post-cutover',
      startedAt: STARTED,
      endedAt: ENDED,
      tools: { greenlight: '0.1.0', node: 'v20.20.2' },
    },
    subject: { target: 'shop', urls: { app: 'http://127.0.0.1:3000' }, wanted: null },
    planDigest: 'sha256:plan',
    policyDigest: 'sha256:policy',
    manifest: [...manifest],
    sessions: [
      {
        projects: ['readiness', 'suites'],
        startedAt: STARTED,
        endedAt: ENDED,
        exitCode: bad ? 1 : 0,
        status: bad ? 'failed' : 'passed',
        announced: tests,
        ended: tests,
      },
    ],
    attempts: [...attempts],
    notStarted: [],
    faults: [],
    attestations: [],
    leftovers: [],
    ...extra,
    policy: Policy.parse(extra.policy ?? {}),
  };
}
