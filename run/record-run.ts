import { describeError } from '../contract/errors.ts';
import { RunRecord } from '../contract/history/run-record.ts';
import { durationMs } from '../contract/plan/duration.ts';
import { wholeMaintenance } from '../contract/notify/maintenance.ts';
import { HERE } from '../contract/plan/synthetic-plan.ts';
import type { HistoryStore } from '../contract/ports/history-store.ts';
import type { Verdict } from '../contract/verdict/verdict.ts';
import { openHistory } from '../history/open-history.ts';
import { recordOf } from '../reporters/history/record-of.ts';
import type { Screen } from '../safety/screen.ts';
import type { PreparedRun } from './run-prepare.ts';

/** The line of the history for a run; undefined for a part of one, which answers nothing. */
export function recordOfRun(run: PreparedRun, verdict: Verdict, exitCode: number): RunRecord | undefined {
  if (run.shared !== undefined) return undefined;
  const record = recordOf(verdict, {
    location: run.request.location ?? HERE,
    endedAt: new Date().toISOString(),
    exitCode,
    policy: run.head.policy,
    notDue: run.notDue,
    cutover: run.request.cutover,
    report: run.request.reportOf?.(verdict.run.id),
  });
  const maintenance = wholeMaintenance(run.plan.notify?.maintenance ?? [], record);
  // The verdict is redacted already; what came besides it must be, too.
  return RunRecord.parse(run.redactor.deep({ ...record, ...(maintenance !== undefined && { maintenance }) }));
}

/** Opens the history of a run. @throws as `openHistory` */
export function historyOf(run: PreparedRun): Promise<HistoryStore> {
  const { plan, context, request } = run;
  const { planFile, stateDirectory } = context;
  return openHistory({ plan, planFile, stateDirectory, env: request.env });
}

/** Keeps a record, and removes what is too old. A history that fails is told and changes no answer. Never throws. */
export async function keepRecord(run: PreparedRun, record: RunRecord, screen: Screen): Promise<void> {
  try {
    const store = await historyOf(run);
    try {
      await store.append(record);
      await store.prune(record.target, oldestKept(run, record));
    } finally {
      await store.close();
    }
  } catch (error) {
    screen.err(`The verdict stands, but the history does not have it: ${describeError(error)}`);
  }
}

/** Before it, only changes are kept (ISO). */
export function oldestKept({ plan }: PreparedRun, { startedAt }: RunRecord): string {
  return new Date(Date.parse(startedAt) - durationMs(plan.history.keep)).toISOString();
}
