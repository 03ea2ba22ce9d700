import path from 'node:path';
import { describeError, GreenlightError } from '../../contract/errors.ts';
import { EXIT } from '../../contract/exit-codes.ts';
import { type Changes, changesOf } from '../../contract/history/changes.ts';
import { dueChecks, hasWork, longestEveryMs } from '../../contract/history/due.ts';
import type { RunRecord } from '../../contract/history/run-record.ts';
import type { HistoryStore } from '../../contract/ports/history-store.ts';
import { HERE } from '../../contract/plan/synthetic-plan.ts';
import type { Lease } from '../../safety/lease.ts';
import type { Screen } from '../../safety/screen.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { acquireTargetLease } from '../../safety/target-lease.ts';
import { createPost } from '../../host/post.ts';
import { exportRun } from '../../export/export-run.ts';
import { askVerdict } from '../asked-verdict.ts';
import { historyOf, oldestKept } from '../record-run.ts';
import { type PreparedRun, prepareRun } from '../run-prepare.ts';
import type { RunRequest } from '../run-request.ts';
import { runPrepared } from '../run.ts';
import { deskOf, PASS_PATIENCE } from './desk.ts';
import { beat } from './heartbeat.ts';
import { onlyDue } from './only-due.ts';
import { brokenRecord, skippedRecord } from './record-without-verdict.ts';

/** What one pass came to. */
export interface PassEnd {
  readonly exitCode: number;
  readonly record: RunRecord;
  /** Earlier passes from the same place, oldest first. */
  readonly before: readonly RunRecord[];
  readonly changes: Changes;
  /** What others were told, and what is wrong with us that nobody else tells, a sentence each. */
  readonly told: readonly string[];
  readonly problems: readonly string[];
}

/** So far back earlier passes are read, where no check asks for more. */
const LEAST_LOOK_BACK_MS = 26 * 60 * 60_000;

/**
 * One pass of the phase `synthetic`: what is due, under the lease, within the budget, with clean-up, and with its line in
 * the history.
 * @param screen where the run tells what it does
 * @throws GreenlightError for whatever the caller must correct; nothing was touched then, and nothing is in the history
 */
export async function pass(request: RunRequest, screen: Screen, interrupted: AbortSignal): Promise<PassEnd> {
  const prepared = await prepareRun(request);
  screen.protect(prepared.redactor);
  const problems: string[] = [];
  const history = await openOrTell(prepared, problems);
  let taken: Taken | undefined;
  try {
    // First: what the pass before is still writing is not missed, and what it told is not told again.
    taken = await takeLease(prepared);
    const earlier = await readEarlier(prepared, history, problems);
    const here = earlier.filter(({ location }) => location === (request.location ?? HERE));
    const { run, record, exitCode } = await goThrough(prepared, taken, here, screen, interrupted);
    await keep(run, history, record, problems);
    const told = await tell(run, record, earlier, problems);
    problems.push(...(await exported(run, record, earlier)));
    const { heartbeat } = run.plan.synthetic;
    if (record.decision !== null && !interrupted.aborted && heartbeat !== undefined) {
      const problem = await beat(resolveSecret(heartbeat, request.env));
      if (problem !== undefined) problems.push(problem);
    }
    return { exitCode, record, before: here, changes: changesOf(here, record), told, problems };
  } finally {
    // Last: what is told must not be told by the next pass at the same time.
    await taken?.lease?.release().catch((error: unknown) => problems.push(describeError(error)));
    await history?.close().catch((error: unknown) => problems.push(describeError(error)));
  }
}

/** Tells whom the plan names. A start that was skipped saw nothing, and decides nothing. */
async function tell(
  run: PreparedRun,
  record: RunRecord,
  earlier: readonly RunRecord[],
  problems: string[],
): Promise<readonly string[]> {
  if (record.decision === null) return [];
  try {
    const end = await deskOf(run).decideAlerts(record, earlier);
    problems.push(...end.problems);
    return end.told;
  } catch (error) {
    problems.push(describeError(error));
    return [];
  }
}

/** Hands the numbers of the pass to the monitoring system of the plan. @returns what did not work */
async function exported(
  { plan, context, request }: PreparedRun,
  record: RunRecord,
  earlier: readonly RunRecord[],
): Promise<readonly string[]> {
  if (plan.export === undefined) return [];
  const folder = path.dirname(context.planFile);
  const post = createPost(undefined, PASS_PATIENCE);
  return exportRun({ to: plan.export, folder, env: request.env, post }, record, earlier).catch(
    (error: unknown) => [describeError(error)],
  );
}

interface Went {
  readonly run: PreparedRun;
  readonly record: RunRecord;
  readonly exitCode: number;
}

/** The lease, for the caller to give back, or why there is none. */
interface Taken {
  readonly lease: Lease | undefined;
  readonly error: unknown;
}

/** Never throws. */
async function takeLease({ plan, request, context, head }: PreparedRun): Promise<Taken> {
  const { stateDirectory, id, phase } = context;
  const taker = { target: head.subject.target, run: id, phase };
  try {
    const lease = await acquireTargetLease({ plan, env: request.env, stateDirectory, taker });
    return { lease, error: undefined };
  } catch (error) {
    return { lease: undefined, error };
  }
}

/** Runs what is due, if anything is and nobody else works on the target. Never throws. */
async function goThrough(
  prepared: PreparedRun,
  { lease, error: refused }: Taken,
  here: readonly RunRecord[],
  screen: Screen,
  interrupted: AbortSignal,
): Promise<Went> {
  const { startedAt } = prepared.head.run;
  const { planDigest, subject, policy } = prepared.head;
  const due = dueChecks(prepared.manifest, policy.groups, here, {
    startedAt,
    planDigest,
    wanted: subject.wanted,
  });
  const run = onlyDue(prepared, due);
  if (refused instanceof GreenlightError && refused.code === 'LEASE_HELD') {
    const skipped = { kind: 'overlap', reason: refused.message } as const;
    return { run, record: skippedRecord(run, skipped, EXIT.GO), exitCode: EXIT.GO };
  }
  if (lease === undefined)
    return { run, record: brokenRecord(run, refused, EXIT.INCONCLUSIVE), exitCode: EXIT.INCONCLUSIVE };
  if (!hasWork(due)) {
    const reason = 'every check passed within its own time; nothing is due yet';
    return { run, record: skippedRecord(run, { kind: 'nothing-due', reason }, EXIT.GO), exitCode: EXIT.GO };
  }
  try {
    const { cwd, env, output, nonce, phase } = run.request;
    const asked = askVerdict({ screen, env, cwd }, output, { phase, ...(nonce !== undefined && { nonce }) });
    try {
      const { record, exitCode } = await runPrepared(run, screen, interrupted, lease);
      if (record !== undefined) return { run, record, exitCode };
      const error = new GreenlightError('REPORT_UNWRITABLE', run.files.directory);
      return { run, record: brokenRecord(run, error, exitCode), exitCode };
    } finally {
      asked.done();
    }
  } catch (error) {
    return { run, record: brokenRecord(run, error, EXIT.INCONCLUSIVE), exitCode: EXIT.INCONCLUSIVE };
  }
}

async function openOrTell(run: PreparedRun, problems: string[]): Promise<HistoryStore | undefined> {
  try {
    return await historyOf(run);
  } catch (error) {
    problems.push(describeError(error));
    return undefined;
  }
}

/** What is not known of earlier passes makes every check due. */
async function readEarlier(
  run: PreparedRun,
  history: HistoryStore | undefined,
  problems: string[],
): Promise<readonly RunRecord[]> {
  if (history === undefined) return [];
  const target = run.plan.target.name;
  const { phase } = run.request;
  const back = Math.max(LEAST_LOOK_BACK_MS, 2 * longestEveryMs(run.manifest));
  const since = new Date(Date.parse(run.head.run.startedAt) - back).toISOString();
  try {
    const read = await history.read({ target, phase, since });
    // Told once: the next record makes it an old damage, which `greenlight history` tells.
    if (read.tailDamaged)
      problems.push(`the newest record of the history is damaged: ${read.damaged.at(-1)}`);
    if (read.records.length > 0) return read.records;
    return (await history.read({ target, phase, last: 1 })).records;
  } catch (error) {
    problems.push(describeError(error));
    return [];
  }
}

async function keep(
  run: PreparedRun,
  history: HistoryStore | undefined,
  record: RunRecord,
  problems: string[],
): Promise<void> {
  try {
    await history?.append(record);
    await history?.prune(record.target, oldestKept(run, record));
  } catch (error) {
    problems.push(describeError(error));
  }
}
