import { GreenlightError } from '../../contract/errors.ts';
import { type Blind, RUN_RECORD_SCHEMA, RunRecord, type Skipped } from '../../contract/history/run-record.ts';
import { HERE } from '../../contract/plan/synthetic-plan.ts';
import type { PreparedRun } from '../run-prepare.ts';

/** The line of the history for a start that did not come to a verdict. */
function recordOf(
  run: PreparedRun,
  end: Pick<RunRecord, 'decision' | 'reason' | 'exitCode' | 'skipped' | 'blind' | 'checks'>,
): RunRecord {
  const { run: head, subject, planDigest } = run.head;
  const { wanted } = subject;
  return RunRecord.parse(
    run.redactor.deep({
      schema: RUN_RECORD_SCHEMA,
      run: head.id,
      phase: head.phase,
      target: subject.target,
      location: run.request.location ?? HERE,
      wanted: wanted && { id: wanted.id, ...(wanted.commit !== undefined && { commit: wanted.commit }) },
      observed: null,
      ...(run.request.cutover !== undefined && { cutover: run.request.cutover }),
      startedAt: head.startedAt,
      endedAt: new Date().toISOString(),
      notDue: run.notDue,
      leftovers: 0,
      planDigest,
      greenlight: head.tools['greenlight'] ?? 'not known',
      ...end,
    }),
  );
}

/** A start that did not become a run, which is neither good nor bad. */
export function skippedRecord(run: PreparedRun, skipped: Skipped, exitCode: number): RunRecord {
  return recordOf(run, {
    decision: null,
    reason: skipped.reason,
    exitCode,
    skipped,
    blind: [],
    checks: [],
  });
}

/** A pass that broke on our side: nothing that was due is known. */
export function brokenRecord(run: PreparedRun, error: unknown, exitCode: number): RunRecord {
  const reason = error instanceof Error ? error.message : String(error);
  const cause = error instanceof GreenlightError ? error.code.toLowerCase() : 'internal';
  const blind: Blind = { cause, reason, checks: [] };
  return recordOf(run, {
    decision: 'INCONCLUSIVE',
    reason: `nothing was seen: ${reason}`,
    exitCode,
    skipped: null,
    blind: [blind],
    checks: run.manifest.map(({ id, title, severity, owner, runbook }) => ({
      id,
      title,
      outcome: 'not-run',
      severity,
      ms: 0,
      ...(owner !== undefined && { owner }),
      ...(runbook !== undefined && { runbook }),
    })),
  });
}
