import type { Attempt, Evidence } from '../../contract/evidence/evidence.ts';
import { WITHOUT_BASELINE } from '../../load/compare/hold-against-baseline.ts';

/**
 * The same evidence, had the plan named no baseline where there was none to hold against. A first baseline can come from
 * no other run: with the plan as it is, none can answer GO before there is one. Pure.
 */
export function withoutMissingBaselines(evidence: Evidence): Evidence {
  const attempts = evidence.attempts.map((attempt) => (onlyWithout(attempt) ? asPassed(attempt) : attempt));
  const sessions = evidence.sessions.map((session, index) => {
    const own = evidence.attempts.filter((attempt) => attempt.session === index);
    const explained = own.every((attempt) => attempt.status === 'passed' || onlyWithout(attempt));
    // What Playwright ends with when a test failed, and nothing else.
    return explained && session.status === 'failed' && session.exitCode === 1
      ? { ...session, status: 'passed' as const, exitCode: 0 }
      : session;
  });
  return { ...evidence, attempts, sessions };
}

/** Whether there is nothing against an attempt but that nothing was there to hold it against. */
function onlyWithout({ status, errors, findings: [finding, ...others] }: Attempt): boolean {
  return (
    status === 'failed' &&
    errors.every(({ kind }) => kind === 'finding') &&
    others.length === 0 &&
    finding?.outcome === 'unknown' &&
    finding.detail?.kind === 'load' &&
    WITHOUT_BASELINE.includes(finding.cause ?? '')
  );
}

function asPassed(attempt: Attempt): Attempt {
  const findings = attempt.findings.map(({ cause: _cause, remedy: _remedy, ...finding }) => ({
    ...finding,
    outcome: 'pass' as const,
  }));
  return { ...attempt, status: 'passed', errors: [], findings };
}
