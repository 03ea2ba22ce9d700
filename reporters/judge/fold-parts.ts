import type { PlannedCheck } from '../../contract/plan/checks.ts';
import type { Attempt, Evidence, EvidencePart } from '../../contract/evidence/evidence.ts';
import type { CheckState } from '../../contract/evidence/outcome.ts';
import type { Policy, Waiver } from '../../contract/verdict/policy.ts';
import type { CheckResult } from '../../contract/verdict/verdict.ts';
import { attemptsByCheck, foldCheck } from './fold-check.ts';
import { weighCheck, WORST_DECISION } from './weigh-check.ts';

/** How each check of the manifest ended; where several parts of a run had to run it, in the worst of them. */
export function foldManifest(evidence: Evidence, waiverOf: (check: string) => Waiver | null): CheckResult[] {
  const { manifest, notStarted, parts, policy } = evidence;
  const fold = (check: PlannedCheck, attempts: Attempts): CheckResult =>
    foldCheck(check, attempts.get(check.id) ?? [], notStarted, waiverOf(check.id));
  if (parts === undefined) {
    const attempts = attemptsByCheck(evidence.attempts);
    return manifest.map((check) => fold(check, attempts));
  }
  const owners = ownersOf(evidence, parts);
  return manifest.map((check) => {
    const results = (owners.get(check.id) ?? []).map(({ part, attempts }) => ({
      name: part.name,
      result: fold(check, attempts),
    }));
    return worstOf(results, policy) ?? fold(check, new Map());
  });
}

/** The attempts of some sessions. */
export function attemptsOfSessions({ attempts }: Evidence, sessions: readonly number[]): readonly Attempt[] {
  const own = new Set(sessions);
  return attempts.filter((attempt) => own.has(attempt.session));
}

type Attempts = ReadonlyMap<string, readonly Attempt[]>;

interface Owner {
  readonly part: EvidencePart;
  readonly attempts: Attempts;
}

function ownersOf(evidence: Evidence, parts: readonly EvidencePart[]): ReadonlyMap<string, readonly Owner[]> {
  const owners = new Map<string, Owner[]>();
  for (const part of parts) {
    const owner = { part, attempts: attemptsByCheck(attemptsOfSessions(evidence, part.sessions)) };
    for (const check of part.checks) {
      const list = owners.get(check);
      if (list) list.push(owner);
      else owners.set(check, [owner]);
    }
  }
  return owners;
}

interface PartResult {
  readonly name: string;
  readonly result: CheckResult;
}

const WORST_STATE: Record<CheckState, number> = {
  passed: 0,
  empty: 1,
  'not-applicable': 2,
  flaky: 3,
  'not-run': 4,
  unknown: 5,
  failed: 6,
};

/** By what it means first: a failure that is waived in one part must not hide that another could not tell. */
function worstOf(parts: readonly PartResult[], policy: Policy): CheckResult | undefined {
  const [first, ...more] = parts;
  if (first === undefined || more.length === 0) return first?.result;
  const badness = ({ result }: PartResult): number =>
    WORST_DECISION[weighCheck(result, policy)] * 10 + WORST_STATE[result.state];
  const worst = parts.reduce((a, b) => (badness(b) > badness(a) ? b : a));
  const sum = (of: (result: CheckResult) => number): number =>
    parts.reduce((total, { result }) => total + of(result), 0);
  return {
    ...worst.result,
    summary:
      worst.result.state === 'passed' ? worst.result.summary : `in ${worst.name}: ${worst.result.summary}`,
    attempts: sum(({ attempts }) => attempts),
    durationMs: sum(({ durationMs }) => durationMs),
  };
}
