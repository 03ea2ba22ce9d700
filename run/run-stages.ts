import path from 'node:path';
import type { PlannedCheck } from '../contract/plan/checks.ts';
import type { Evidence, Fault, NotStarted } from '../contract/evidence/evidence.ts';
import { judge } from '../reporters/judge.ts';
import { matchRelease } from '../reporters/judge/release.ts';
import { type Progress, seconds } from './progress.ts';
import { assembleEvidence, type StagesEnd } from './run-evidence.ts';
import type { PreparedRun } from './run-prepare.ts';
import { runSession, type SessionEnd } from './runner.ts';
import { testsEnv } from './tests-env.ts';
import { planStage, type SoFar, type Stage, type StagePlan, STAGES } from './stages.ts';

/** A stage that has checks in this run. */
interface OwnStage {
  readonly stage: Stage;
  readonly planned: readonly PlannedCheck[];
}

/** Where a run is: what it knows and what it tells people. */
interface Going {
  readonly run: PreparedRun;
  readonly progress: Progress;
  readonly interrupted: AbortSignal;
  readonly sessions: SessionEnd[];
  readonly notStarted: NotStarted[];
  readonly faults: Fault[];
}

/**
 * Runs every stage that has checks, in order: all in one Playwright where they can wait for each other in it, else in
 * one each. Never throws for what a target or Playwright does.
 */
export async function runStages(
  run: PreparedRun,
  progress: Progress,
  interrupted: AbortSignal,
): Promise<StagesEnd> {
  const going: Going = { run, progress, interrupted, sessions: [], notStarted: [], faults: [] };
  let left: readonly OwnStage[] = STAGES.map((stage) => ({
    stage,
    planned: run.manifest.filter((check) => stage.projects.includes(check.project)),
  })).filter(({ planned }) => planned.length > 0);
  let together = true;
  while (left.length > 0) {
    const done = await runFirst(going, together ? left : left.slice(0, 1));
    if (done === 'none') together = false;
    else left = left.slice(done);
  }
  const { sessions, notStarted, faults } = going;
  return { sessions, notStarted, faults };
}

/**
 * Runs the first of the given stages, and those after it that come to their turn in the same Playwright.
 * @returns how many of them are done; `none` when not even the first was tried, for which a later one may be the reason
 */
async function runFirst(going: Going, stages: readonly OwnStage[]): Promise<number | 'none'> {
  const [first, ...more] = stages;
  if (first === undefined) return 0;
  const noted = going.notStarted.length;
  const plans = [planOf(going, first)];
  if (plans[0]?.started.length === 0) return 1;
  let since = Date.now();
  const note = (): void => going.progress.note(`  ${seconds(Date.now() - since)}`);
  try {
    const end = await start(going, stages, (index, before) => {
      if (index > 0) {
        note();
        since = Date.now();
        const stage = more[index - 1];
        if (stage === undefined) throw new Error(`there is no stage ${index}`);
        plans.push(planOf(going, stage, before));
      }
      const { started = [], notStarted = [], createNothing } = plans[index] ?? {};
      return {
        at: new Date().toISOString(),
        checks: started.map(({ id }) => id),
        refused: notStarted.map(({ check }) => check),
        alone: stages[index]?.stage.alone ?? false,
        ...(createNothing === undefined ? {} : { createNothing }),
      };
    });
    note();
    if (more.length > 0 && plans.length === 1 && foundNothing(end)) {
      going.faults.push(...(end.fragment?.faults ?? []));
      // The first stage is planned again.
      going.notStarted.length = noted;
      return 'none';
    }
    going.sessions.push(end);
    const started = plans.flatMap((plan) => plan.started);
    going.notStarted.push(...undefinedChecks(going.run, started, end));
  } catch (error) {
    const because = `Playwright could not be started: ${error instanceof Error ? error.message : String(error)}`;
    going.faults.push({ kind: 'runner', message: because });
    going.notStarted.push(
      ...plans.flatMap(({ started }) => started).map(({ id }) => ({ check: id, because })),
    );
  }
  return plans.length;
}

/** Decides what of a stage may start, tells people, and notes what may not. */
function planOf(going: Going, { stage, planned }: OwnStage, unfinished?: SessionEnd): StagePlan {
  const { run, progress, sessions, notStarted, interrupted } = going;
  const all = unfinished === undefined ? sessions : [...sessions, unfinished];
  const plan = planStage(stage, planned, {
    plan: run.plan,
    before: soFar(run, all, notStarted),
    keepGoing: run.request.keepGoing,
    cut: stopped(all, interrupted),
  });
  notStarted.push(...plan.notStarted);
  for (const note of plan.notes) progress.note(note);
  const count = plan.started.length;
  if (count > 0) progress.stage(`${stage.title} (${count} ${count === 1 ? 'check' : 'checks'})`);
  return plan;
}

function start(
  { run, progress, interrupted, sessions }: Going,
  stages: readonly OwnStage[],
  wordFor: Parameters<typeof runSession>[0]['wordFor'],
): Promise<SessionEnd> {
  const { files, request } = run;
  const session = sessions.length;
  return runSession({
    context: {
      ...run.context,
      session,
      stages: stages.map(({ stage, planned }) =>
        stage.projects.filter((project) => planned.some((check) => check.project === project)),
      ),
    },
    wordFor,
    playwright: run.playwright,
    grep: request.grep,
    // Not in the report: what a killed run leaves here is not redacted, and must be nobody's artifact.
    outputDirectory: path.join(run.context.runDirectory, `session-${session}`),
    allureResults: files.allureResults,
    logFile: path.join(files.playwright, `session-${session}.log`),
    env: testsEnv(run.plan, request.env),
    deadlineAt: run.deadlineAt,
    interrupted,
    clean: (text) => run.redactor.text(text),
    onProgress: (event) => progress.event(event),
  });
}

/** Whether Playwright came to no test at all and says why: a spec file of a later stage may be broken. */
function foundNothing({ cut, signal, fragment }: SessionEnd): boolean {
  const said = fragment !== undefined && fragment.report.announced === 0 && fragment.faults.length > 0;
  return said && cut === undefined && signal === null;
}

/**
 * Checks that a session should have run and never heard of, though it ran to its end: most often the spec files import
 * another plan than the one of --config. After --grep these are most often what it left out, by the user's own wish.
 */
function undefinedChecks(
  run: PreparedRun,
  planned: readonly PlannedCheck[],
  { cut, signal, fragment }: SessionEnd,
): readonly NotStarted[] {
  const whole = cut === undefined && signal === null && fragment?.final === true;
  if (!whole || fragment.faults.length > 0) return [];
  const seen = new Set(fragment.attempts.map((attempt) => attempt.check));
  const { grep } = run.request;
  const because =
    grep === undefined
      ? `no spec file defines it; they must define the checks of ${run.context.planFile}`
      : `--grep ${grep} left it out`;
  return planned.filter(({ id }) => !seen.has(id)).map(({ id }) => ({ check: id, because }));
}

/** The same folding as in the final verdict, on what there is by now. */
function soFar(run: PreparedRun, sessions: readonly SessionEnd[], notStarted: readonly NotStarted[]): SoFar {
  const evidence: Evidence = assembleEvidence(
    run,
    { sessions, notStarted, faults: [] },
    { faults: [], leftovers: [] },
  );
  const { checks } = judge(evidence, new Date().toISOString());
  return {
    checks: [...(run.shared?.before ?? []), ...checks],
    release: matchRelease(evidence),
    policy: evidence.policy,
  };
}

function stopped(sessions: readonly SessionEnd[], interrupted: AbortSignal): string | undefined {
  if (interrupted.aborted) return 'the run was interrupted';
  if (sessions.some((session) => session.cut === 'deadline')) return 'the deadline had passed';
  const problem = sessions.find(({ wordProblem }) => wordProblem !== undefined)?.wordProblem;
  return problem && `what may start could not be decided: ${problem}`;
}
