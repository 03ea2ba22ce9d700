import type { Evidence, Fault, Leftover } from '../contract/evidence.ts';
import { describeError, GreenlightError } from '../contract/errors.ts';
import { EXIT, EXIT_OF_DECISION } from '../contract/exit-codes.ts';
import type { Verdict } from '../contract/verdict.ts';
import { acquireLease, type Lease } from '../safety/lease.ts';
import { createProgress } from './progress.ts';
import { clearReport } from './report-files.ts';
import { removeDeadRuns, makeRunDirectory, removeRunDirectory } from './run-directory.ts';
import { assembleEvidence } from './run-evidence.ts';
import { type PreparedRun, prepareRun } from './run-prepare.ts';
import { publishRun, publishStarted } from './run-publish.ts';
import type { RunRequest } from './run-request.ts';
import { removeLeaks } from './run-scan.ts';
import { runStages, type StagesEnd } from './run-stages.ts';
import { cleanUpRun } from './run-undo.ts';
import type { Screen } from './screen.ts';

/** What a run came to. `verdict` is undefined when none could be written. */
export interface RunEnd {
  readonly exitCode: number;
  readonly verdict: Verdict | undefined;
}

/**
 * The main path: plan -> Playwright -> evidence -> verdict -> report. From the first write on there is a verdict on
 * disk, and until the last write it says INCONCLUSIVE.
 * @throws GreenlightError for whatever the caller must correct; nothing was touched then
 */
export async function run(request: RunRequest, screen: Screen, interrupted: AbortSignal): Promise<RunEnd> {
  const prepared = await prepareRun(request);
  screen.protect(prepared.redactor);
  try {
    publishStarted(prepared);
    const evidence = await collect(prepared, screen, interrupted);
    const verdict = publishRun(prepared, evidence);
    return { exitCode: interrupted.aborted ? EXIT.INTERRUPTED : EXIT_OF_DECISION[verdict.decision], verdict };
  } catch (error) {
    // Nothing but the report itself is left that can fail here, such as a full disk. The verdict on disk, if any,
    // still says INCONCLUSIVE.
    screen.err(describeError(unwritable(prepared, error)));
    return { exitCode: interrupted.aborted ? EXIT.INTERRUPTED : EXIT.INCONCLUSIVE, verdict: undefined };
  }
}

interface Collected {
  stages: StagesEnd;
  leftovers: readonly Leftover[];
  readonly faults: Fault[];
}

/** Runs and cleans up. Whatever goes wrong becomes part of the evidence. */
async function collect(run: PreparedRun, screen: Screen, interrupted: AbortSignal): Promise<Evidence> {
  const collected: Collected = { stages: { sessions: [], notStarted: [] }, leftovers: [], faults: [] };
  const progress = createProgress(screen);
  const { stateDirectory, id, phase, runDirectory } = run.context;
  let lease: Lease | undefined;
  try {
    lease = await acquireLease({ stateDirectory, target: run.plan.target.name, run: id, phase });
    // Only now: another run may still be writing its report into the same directory.
    clearReport(run.files);
    removeDeadRuns(runDirectory);
    makeRunDirectory(runDirectory);
    collected.stages = await runStages(run, progress, interrupted);
  } catch (error) {
    collected.faults.push(faultOf(error));
  }
  if (lease !== undefined) await cleanUp(run, collected, lease);
  progress.close();
  if (interrupted.aborted) collected.faults.push({ kind: 'interrupted', message: 'the run was interrupted' });
  return assembleEvidence(run, collected.stages, {
    faults: collected.faults,
    leftovers: collected.leftovers,
    endedAt: new Date().toISOString(),
  });
}

async function cleanUp(run: PreparedRun, collected: Collected, lease: Lease): Promise<void> {
  const { stateDirectory, id: runId, runDirectory } = run.context;
  const clean = await cleanUpRun({ plan: run.plan, stateDirectory, env: run.request.env, run: runId });
  collected.leftovers = clean.leftovers;
  collected.faults.push(...clean.faults);
  try {
    collected.faults.push(...removeLeaks(run));
    removeRunDirectory(runDirectory);
    await lease.release();
  } catch (error) {
    collected.faults.push(faultOf(error));
  }
}

function faultOf(error: unknown): Fault {
  if (error instanceof GreenlightError) return { kind: 'other', message: describeError(error) };
  return { kind: 'other', message: `Greenlight itself failed: ${describeError(error)}` };
}

function unwritable(run: PreparedRun, cause: unknown): GreenlightError {
  return new GreenlightError('INTERNAL', `the report in ${run.files.directory} could not be written`, {
    cause,
    hint: 'Free space or choose another --output directory, and run again.',
  });
}
