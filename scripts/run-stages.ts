import path from 'node:path';
import type { PlannedCheck } from '../contract/checks.ts';
import type { Evidence, Fault, NotStarted } from '../contract/evidence.ts';
import type { Project } from '../contract/outcome.ts';
import type { CheckResult } from '../contract/verdict.ts';
import { judge } from '../reporters/judge.ts';
import { matchRelease, type ReleaseMatch } from '../reporters/judge/release.ts';
import { assembleEvidence, type StagesEnd } from './run-evidence.ts';
import type { PreparedRun } from './run-prepare.ts';
import { type Progress, seconds } from './progress.ts';
import { runSession, type SessionEnd } from './runner.ts';

interface Stage {
  readonly title: string;
  readonly projects: readonly Project[];
  /** Why this stage must not start, given how the checks before it stand. */
  readonly refuse: (before: SoFar, keepGoing: boolean) => string | undefined;
}

/** What the stages before have shown. */
interface SoFar {
  readonly checks: readonly CheckResult[];
  readonly release: ReleaseMatch;
}

/** The order of a run. Suites and data checks share a session; load runs alone, so that its numbers are clean. */
const STAGES: readonly Stage[] = [
  { title: 'readiness', projects: ['readiness'], refuse: () => undefined },
  { title: 'suites and data-checks', projects: ['suites', 'data-checks'], refuse: notReady },
  {
    title: 'load',
    projects: ['load'],
    refuse: (before, keepGoing) => notReady(before) ?? (keepGoing ? undefined : alreadyLost(before.checks)),
  },
];

/** Runs every stage that has checks, in order. Never throws for what a target or Playwright does. */
export async function runStages(
  run: PreparedRun,
  progress: Progress,
  interrupted: AbortSignal,
): Promise<StagesEnd> {
  const sessions: SessionEnd[] = [];
  const notStarted: NotStarted[] = [];
  const faults: Fault[] = [];
  for (const stage of STAGES) {
    const planned = run.manifest.filter((check) => stage.projects.includes(check.project));
    if (planned.length === 0) continue;
    const because =
      stopped(sessions, interrupted) ?? stage.refuse(soFar(run, sessions, notStarted), run.request.keepGoing);
    if (because !== undefined) {
      progress.note(`  ${stage.title}: not started: ${because}`);
      notStarted.push(...planned.map((check) => ({ check: check.id, because })));
      continue;
    }
    progress.stage(`${stage.title} (${planned.length} ${planned.length === 1 ? 'check' : 'checks'})`);
    try {
      const end = await runStage(run, stage, planned, sessions.length, progress, interrupted);
      sessions.push(end);
      notStarted.push(...undefinedChecks(run, planned, end));
      progress.note(`  ${seconds(Date.parse(end.endedAt) - Date.parse(end.startedAt))}`);
    } catch (error) {
      const message = `Playwright could not be started: ${error instanceof Error ? error.message : String(error)}`;
      faults.push({ kind: 'runner', message });
      notStarted.push(...planned.map((check) => ({ check: check.id, because: message })));
    }
  }
  return { sessions, notStarted, faults };
}

function runStage(
  run: PreparedRun,
  stage: Stage,
  planned: readonly PlannedCheck[],
  session: number,
  progress: Progress,
  interrupted: AbortSignal,
): Promise<SessionEnd> {
  const { files, request } = run;
  return runSession({
    context: { ...run.context, session },
    playwright: run.playwright,
    projects: stage.projects.filter((project) => planned.some((check) => check.project === project)),
    grep: request.grep,
    outputDirectory: path.join(files.playwright, `session-${session}`),
    allureResults: files.allureResults,
    logFile: path.join(files.playwright, `session-${session}.log`),
    env: request.env,
    deadlineAt: run.deadlineAt,
    interrupted,
    clean: (text) => run.redactor.text(text),
    onProgress: (line) => progress.event(line),
  });
}

/**
 * Checks that a session should have run and never heard of, though it ran to its end: most often the spec files import
 * another plan than the one of --config. After --grep nobody can tell these from what was filtered out.
 */
function undefinedChecks(
  run: PreparedRun,
  planned: readonly PlannedCheck[],
  { cut, signal, fragment }: SessionEnd,
): readonly NotStarted[] {
  const whole = cut === undefined && signal === null && fragment?.final === true;
  if (!whole || fragment.faults.length > 0 || run.request.grep !== undefined) return [];
  const seen = new Set(fragment.attempts.map((attempt) => attempt.check));
  const because = `no spec file defines it; they must define the checks of ${run.context.planFile}`;
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
  return { checks: [...(run.shared?.before ?? []), ...checks], release: matchRelease(evidence) };
}

function stopped(sessions: readonly SessionEnd[], interrupted: AbortSignal): string | undefined {
  if (interrupted.aborted) return 'the run was interrupted';
  return sessions.some((session) => session.cut === 'deadline') ? 'the deadline had passed' : undefined;
}

function notReady({ checks, release }: SoFar): string | undefined {
  const failed = firstFailure(checks.filter((check) => check.project === 'readiness'));
  if (failed !== undefined) return `the readiness check ${failed.id} failed`;
  // The policy says what another release means; creating data on it and loading it helps nobody either way.
  if (release.state === 'other') return release.reason;
  // Not an ordinary unknown: without this proof, the flows might move real money.
  const unproven = checks.find((check) => check.id === 'payments-in-test-mode' && check.state !== 'passed');
  return unproven && `nothing shows that the payment account is in test mode (${unproven.id})`;
}

function alreadyLost(before: readonly CheckResult[]): string | undefined {
  const failed = firstFailure(before);
  return failed && `the blocking check ${failed.id} failed before (--keep-going runs it anyway)`;
}

function firstFailure(results: readonly CheckResult[]): CheckResult | undefined {
  return results.find(
    (check) => check.severity === 'blocking' && check.state === 'failed' && check.waiver === null,
  );
}
