import type { Evidence, Fault, Leftover } from '../contract/evidence/evidence.ts';
import { describeError, GreenlightError } from '../contract/errors.ts';
import { EXIT, exitCodeOf } from '../contract/exit-codes.ts';
import type { RunRecord } from '../contract/history/run-record.ts';
import type { Verdict } from '../contract/verdict/verdict.ts';
import type { Lease } from '../safety/lease.ts';
import { acquireTargetLease } from '../safety/target-lease.ts';
import { leaseFaults } from './lease-faults.ts';
import { createProgress } from './progress.ts';
import { clearReport, takeSessions } from '../host/report-files.ts';
import { removeDeadRuns, makeRunDirectory, removeRunDirectory } from './run-directory.ts';
import { assembleEvidence, type StagesEnd } from './run-evidence.ts';
import { type PreparedRun, prepareRun } from './run-prepare.ts';
import { statedSoFar } from './people/stated-so-far.ts';
import { releaseAtEnd } from './run-release.ts';
import { publishRun, publishStarted } from './run-publish.ts';
import type { RunRequest } from './run-request.ts';
import { keepRecord, recordOfRun } from './record-run.ts';
import { removeLeaks } from './remove-leaks.ts';
import { runStages } from './run-stages.ts';
import { cleanUpRun, type Earlier, NOTHING_EARLIER, undoEarlier } from './run-undo.ts';
import type { Screen } from '../safety/screen.ts';

/** What a run came to. `verdict` is undefined when none could be written. */
export interface RunEnd {
  readonly exitCode: number;
  readonly verdict: Verdict | undefined;
  /** Its line of the history, whether or not it could be written. */
  readonly record: RunRecord | undefined;
}

/**
 * The main path: plan -> Playwright -> evidence -> verdict -> report. From the first write on there is a verdict on
 * disk, and until the last write it says INCONCLUSIVE.
 * @throws GreenlightError for whatever the caller must correct; nothing was touched then
 */
export async function run(request: RunRequest, screen: Screen, interrupted: AbortSignal): Promise<RunEnd> {
  const prepared = await prepareRun(request);
  const end = await runPrepared(prepared, screen, interrupted);
  if (end.record !== undefined) await keepRecord(prepared, end.record, screen);
  return end;
}

/**
 * The same for a run whose plan was read already; the record of it is for the caller to keep.
 * @param held the lease, where the caller took it and gives it back
 */
export async function runPrepared(
  prepared: PreparedRun,
  screen: Screen,
  interrupted: AbortSignal,
  held?: Lease,
): Promise<RunEnd> {
  screen.protect(prepared.redactor);
  for (const warning of prepared.warnings) screen.err(`warning: ${warning}`);
  let lease: Lease | undefined;
  try {
    publishStarted(prepared);
    const collected = await collect(prepared, screen, interrupted, held);
    if (held === undefined) lease = collected.lease;
    const verdict = publishRun(prepared, collected.evidence);
    const exitCode = endOf(prepared, verdict, interrupted);
    return { exitCode, verdict, record: recordOfRun(prepared, verdict, exitCode) };
  } catch (error) {
    // Nothing but the report itself is left that can fail here, such as a full disk. The verdict on disk, if any,
    // still says INCONCLUSIVE.
    screen.err(describeError(unwritable(prepared, error)));
    const exitCode = interrupted.aborted ? EXIT.INTERRUPTED : EXIT.INCONCLUSIVE;
    return { exitCode, verdict: undefined, record: undefined };
  } finally {
    // After the last write: the next run may use the same report directory.
    await lease?.release().catch((error: unknown) => screen.err(describeError(error)));
  }
}

/** Runs and cleans up. Whatever goes wrong becomes part of the evidence. The lease is for the caller to release. */
async function collect(
  run: PreparedRun,
  screen: Screen,
  interrupted: AbortSignal,
  held: Lease | undefined,
): Promise<{ readonly evidence: Evidence; readonly lease: Lease | undefined }> {
  const { stateDirectory, id, phase, runDirectory } = run.context;
  const progress = createProgress(screen);
  let lease = held;
  let stages: StagesEnd;
  let earlier = NOTHING_EARLIER;
  try {
    lease ??= await acquireTargetLease({
      plan: run.plan,
      env: run.request.env,
      stateDirectory,
      taker: { target: run.plan.target.name, run: id, phase },
      share: run.shared?.lease,
    });
    const { lost } = lease;
    const stopped = lost === undefined ? interrupted : AbortSignal.any([interrupted, lost]);
    // Only now: another run may still be writing its report into the same directory.
    clearReport(run.files);
    // Parts of a shared run may be in other containers, where our process ids mean nothing.
    if (run.shared === undefined) removeDeadRuns(runDirectory);
    makeRunDirectory(runDirectory);
    earlier = await undoEarlier(undoOf(run), stopped);
    stages = await runStages(run, progress, stopped);
  } catch (error) {
    stages = nothingRan(run, error);
  }
  const clean = lease === undefined ? { leftovers: [], faults: [] } : await cleanUp(run, earlier);
  progress.close();
  const cut: Fault[] = interrupted.aborted
    ? [{ kind: 'interrupted', message: 'the run was interrupted' }]
    : [];
  cut.push(...(await leaseFaults(lease)));
  const moved = interrupted.aborted || stages.sessions.length === 0 ? [] : await releaseAtEnd(run);
  const said = statedSoFar(run);
  const evidence = assembleEvidence(run, stages, {
    faults: [...clean.faults, ...moved.map((fault) => run.redactor.deep(fault)), ...said.faults, ...cut],
    leftovers: clean.leftovers,
    attestations: said.attestations,
    endedAt: new Date().toISOString(),
  });
  return { evidence, lease };
}

function nothingRan(run: PreparedRun, error: unknown): StagesEnd {
  const because = error instanceof Error ? error.message : String(error);
  return {
    sessions: [],
    notStarted: run.manifest.map((check) => ({ check: check.id, because })),
    faults: [{ kind: 'runner', message: describeError(error) }],
  };
}

/** Removes test data, secrets that slipped through, and the files of the run; what was redacted goes to the report. Never throws. */
async function cleanUp(
  run: PreparedRun,
  earlier: Earlier,
): Promise<{ readonly leftovers: readonly Leftover[]; readonly faults: readonly Fault[] }> {
  const { runDirectory } = run.context;
  const clean = await cleanUpRun({ ...undoOf(run), earlier });
  try {
    takeSessions(runDirectory, run.files);
    const leaks = removeLeaks(run);
    removeRunDirectory(runDirectory);
    return { leftovers: clean.leftovers, faults: [...clean.faults, ...leaks] };
  } catch (error) {
    const fault: Fault = { kind: 'clean-up', message: describeError(error) };
    return { leftovers: clean.leftovers, faults: [...clean.faults, fault] };
  }
}

function undoOf(run: PreparedRun): Parameters<typeof undoEarlier>[0] {
  return {
    plan: run.plan,
    stateDirectory: run.context.stateDirectory,
    env: run.request.env,
    run: run.context.id,
    isSibling: (other) => isOtherPart(run, other),
  };
}

function unwritable(run: PreparedRun, cause: unknown): GreenlightError {
  return new GreenlightError('REPORT_UNWRITABLE', run.files.directory, { cause });
}

/**
 * 0 from a part of a run says that its fragment is there, and no more: a matrix must go on to the merge whatever one
 * part saw. Its verdict says INCONCLUSIVE.
 */
function endOf(run: PreparedRun, verdict: Verdict, interrupted: AbortSignal): number {
  if (interrupted.aborted) return EXIT.INTERRUPTED;
  return run.shared === undefined ? exitCodeOf(verdict.decision) : EXIT.GO;
}

function isOtherPart({ shared }: PreparedRun, run: string): boolean {
  if (shared === undefined) return false;
  const { group, part } = shared.lease;
  return run.startsWith(`${group}-`) && !run.startsWith(`${group}-${part}-`);
}
