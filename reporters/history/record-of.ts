import type { Fault } from '../../contract/evidence/evidence.ts';
import type { CheckState } from '../../contract/evidence/outcome.ts';
import {
  type Blind,
  type CheckRecord,
  type NotDueRecord,
  type RecordedOutcome,
  RUN_RECORD_SCHEMA,
  type RunRecord,
  type StepRecord,
} from '../../contract/history/run-record.ts';
import type { Policy } from '../../contract/verdict/policy.ts';
import type { CheckResult, Verdict } from '../../contract/verdict/verdict.ts';
import { decidingFinding } from '../judge/deciding-finding.ts';
import { inHeadline } from '../judge/headline.ts';
import { weighCheck } from '../judge/weigh-check.ts';

/** What a verdict does not say of its run. */
export interface AroundRecord {
  readonly location: string;
  readonly endedAt: string;
  readonly exitCode: number;
  /** By it, flaky checks are weighed as they were in the verdict. */
  readonly policy: Policy;
  readonly notDue: readonly NotDueRecord[];
  readonly cutover?: string | undefined;
  readonly report?: string | undefined;
}

/** The line of the history for a run that came to a verdict. Pure; what is redacted in the verdict stays so. */
export function recordOf(verdict: Verdict, around: AroundRecord): RunRecord {
  const { wanted, observed } = verdict.subject;
  return {
    schema: RUN_RECORD_SCHEMA,
    run: verdict.run.id,
    phase: verdict.run.phase,
    target: verdict.subject.target,
    location: around.location,
    wanted: wanted && { id: wanted.id, ...(wanted.commit !== undefined && { commit: wanted.commit }) },
    observed,
    ...(around.cutover !== undefined && { cutover: around.cutover }),
    startedAt: verdict.startedAt,
    endedAt: around.endedAt,
    decision: verdict.decision,
    reason: verdict.reason,
    exitCode: around.exitCode,
    skipped: null,
    blind: blindOf(verdict),
    checks: verdict.checks.map((check) => checkRecordOf(check, around.policy)),
    notDue: [...around.notDue],
    leftovers: verdict.leftovers.length,
    planDigest: verdict.planDigest,
    greenlight: verdict.tools['greenlight'] ?? 'not known',
    ...(around.report !== undefined && { report: around.report }),
  };
}

function checkRecordOf(check: CheckResult, policy: Policy): CheckRecord {
  const outcome = outcomeOf(check, policy);
  const finding = decidingFinding(check);
  const { measured, expected, unit } = finding ?? {};
  const steps = stepsOf(check);
  return {
    id: check.id,
    title: check.title,
    outcome,
    severity: check.severity,
    ...(check.state === 'flaky' && { flaky: true }),
    ...(check.waiver !== null && { waived: true }),
    // A day has 288 of these, and that it passed says it all.
    ...(outcome !== 'pass' && { summary: inHeadline(check.summary) }),
    ...(check.cause !== null && { cause: check.cause }),
    ...(measured !== undefined && { measured }),
    ...(expected !== undefined && { threshold: expected }),
    ...(unit !== undefined && { unit }),
    ms: Math.round(check.durationMs),
    ...(steps.length > 0 && { steps }),
    ...(outcome !== 'pass' && check.owner !== undefined && { owner: check.owner }),
    ...(outcome !== 'pass' && check.runbook !== undefined && { runbook: check.runbook }),
  };
}

const OUTCOMES: Readonly<Record<Exclude<CheckState, 'flaky'>, RecordedOutcome>> = {
  passed: 'pass',
  failed: 'fail',
  unknown: 'unknown',
  'not-run': 'not-run',
  'not-applicable': 'not-applicable',
  empty: 'not-applicable',
};

function outcomeOf(check: CheckResult, policy: Policy): RecordedOutcome {
  // As the policy weighs it: what must apply and says that it does not is not known, and stands for nothing.
  if (check.state === 'not-applicable' && !check.mayNotApply) return 'unknown';
  if (check.state !== 'flaky') return OUTCOMES[check.state];
  const weight = weighCheck({ ...check, severity: 'blocking', waiver: null }, policy);
  return weight === 'GO' ? 'pass' : weight === 'NO_GO' ? 'fail' : 'unknown';
}

function stepsOf({ findings }: CheckResult): StepRecord[] {
  return findings.flatMap(({ detail }) =>
    detail?.kind === 'flow'
      ? detail.steps.map(({ id, outcome, durationMs, budgetMs }) => ({
          id,
          outcome,
          ms: Math.round(durationMs),
          budgetMs,
        }))
      : [],
  );
}

/** Ends that are about our side and no part of a verdict in parts. */
const OURS: Readonly<Record<Fault['kind'], boolean>> = {
  runner: true,
  reporter: true,
  interrupted: true,
  deadline: true,
  'unexpected-check': true,
  'duplicate-check': true,
  incomplete: true,
  'clean-up': true,
  shards: false,
  other: true,
};

/** What is not known is our side's fault by law; a check that was flaky was seen. */
function blindOf({ checks, faults }: Verdict): Blind[] {
  const byCause = new Map<string, Blind>();
  for (const check of checks.filter(({ state }) => state === 'unknown')) {
    const cause = check.cause ?? 'not-known';
    const before = byCause.get(cause);
    if (before === undefined)
      byCause.set(cause, { cause, reason: inHeadline(check.summary), checks: [check.id] });
    else before.checks.push(check.id);
  }
  return [
    ...byCause.values(),
    ...faults
      .filter(({ kind }) => OURS[kind])
      .map(({ kind, message }) => ({ cause: kind, reason: inHeadline(message), checks: [] })),
  ];
}
