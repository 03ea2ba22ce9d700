import path from 'node:path';
import { SAME_DATABASE } from '../contract/plan/built-in-checks.ts';
import type { PlannedCheck } from '../contract/plan/checks.ts';
import type { Evidence, Fault, NotStarted } from '../contract/evidence/evidence.ts';
import { createsData } from '../contract/flow/flow.ts';
import type { Project } from '../contract/evidence/outcome.ts';
import type { Plan } from '../contract/plan/plan.ts';
import type { Policy } from '../contract/verdict/policy.ts';
import type { CheckResult } from '../contract/verdict/verdict.ts';
import { judge } from '../reporters/judge.ts';
import { matchRelease, type ReleaseMatch } from '../reporters/judge/release.ts';
import { weighCheck } from '../reporters/judge/weigh-check.ts';
import { assembleEvidence, type StagesEnd } from './run-evidence.ts';
import type { PreparedRun } from './run-prepare.ts';
import { type Progress, seconds } from './progress.ts';
import { runSession, type SessionEnd } from './runner.ts';

interface Stage {
  readonly title: string;
  readonly projects: readonly Project[];
  /** Why this stage must not start, given how the checks before it stand. */
  readonly refuse: (before: SoFar, keepGoing: boolean) => string | undefined;
  /** What of a refused stage is asked all the same. */
  readonly anyway?: (before: SoFar, check: PlannedCheck) => boolean;
}

/** What the stages before have shown. */
interface SoFar {
  readonly checks: readonly CheckResult[];
  readonly release: ReleaseMatch;
  readonly policy: Policy;
}

/** The order of a run. Suites and data checks share a session; load runs alone, so that its numbers are clean. */
const STAGES: readonly Stage[] = [
  { title: 'readiness', projects: ['readiness'], refuse: () => undefined },
  { title: 'suites and data-checks', projects: ['suites', 'data-checks'], refuse: notReady },
  {
    title: 'load',
    projects: ['load'],
    refuse: (before, keepGoing) => notReady(before) ?? (keepGoing ? undefined : alreadyLost(before)),
    // They only read what the metrics say of real traffic; of another release they would say nothing that is asked.
    anyway: ({ release }, check) => check.source === 'slo' && release.state !== 'other',
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
    const ofStage = run.manifest.filter((check) => stage.projects.includes(check.project));
    if (ofStage.length === 0) continue;
    const before = soFar(run, sessions, notStarted);
    const createNothing = createNothingBecause(before.release);
    const creating = createNothing === undefined ? [] : ofStage.filter((check) => creates(run.plan, check));
    notStarted.push(...creating.map(({ id }) => ({ check: id, because: createNothing ?? '' })));
    const planned = ofStage.filter((check) => !creating.includes(check));
    if (creating.length > 0) progress.note(`  ${stage.title}: ${createNothing}`);
    if (planned.length === 0) continue;
    const cut = stopped(sessions, interrupted);
    const because = cut ?? stage.refuse(before, run.request.keepGoing);
    const started = planned.filter(
      (check) => because === undefined || (cut === undefined && stage.anyway?.(before, check) === true),
    );
    if (because !== undefined) {
      const left = planned.filter((check) => !started.includes(check));
      const which = started.length === 0 ? '' : ` but for ${started.map(({ id }) => id).join(', ')}`;
      if (left.length > 0) progress.note(`  ${stage.title}: not started${which}: ${because}`);
      notStarted.push(...left.map((check) => ({ check: check.id, because })));
    }
    if (started.length === 0) continue;
    progress.stage(`${stage.title} (${started.length} ${started.length === 1 ? 'check' : 'checks'})`);
    try {
      const end = await runStage(
        createNothing === undefined ? run : { ...run, context: { ...run.context, createNothing } },
        stage,
        started,
        sessions.length,
        progress,
        interrupted,
      );
      sessions.push(end);
      notStarted.push(...undefinedChecks(run, started, end));
      progress.note(`  ${seconds(Date.parse(end.endedAt) - Date.parse(end.startedAt))}`);
    } catch (error) {
      const message = `Playwright could not be started: ${error instanceof Error ? error.message : String(error)}`;
      faults.push({ kind: 'runner', message });
      notStarted.push(...started.map((check) => ({ check: check.id, because: message })));
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
    context: { ...run.context, session, ...narrowed(run, stage, planned) },
    playwright: run.playwright,
    projects: stage.projects.filter((project) => planned.some((check) => check.project === project)),
    grep: request.grep,
    // Not in the report: what a killed run leaves here is not redacted, and must be nobody's artifact.
    outputDirectory: path.join(run.context.runDirectory, `session-${session}`),
    allureResults: files.allureResults,
    logFile: path.join(files.playwright, `session-${session}.log`),
    env: request.env,
    deadlineAt: run.deadlineAt,
    interrupted,
    clean: (text) => run.redactor.text(text),
    onProgress: (line) => progress.event(line),
  });
}

/** Names the checks where not all of a stage are started: specs register no others then. */
function narrowed(
  { manifest }: PreparedRun,
  { projects }: Stage,
  planned: readonly PlannedCheck[],
): Pick<PreparedRun['context'], 'checks'> {
  const whole = manifest.filter(({ project }) => projects.includes(project)).length === planned.length;
  return whole ? {} : { checks: planned.map(({ id }) => id) };
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
  return {
    checks: [...(run.shared?.before ?? []), ...checks],
    release: matchRelease(evidence),
    policy: evidence.policy,
  };
}

/**
 * While nothing shows that the wanted release answers, another one may: what is created there would be found by nobody,
 * or stand on the old system. Flows that only read may run.
 */
function createNothingBecause({ state, reason }: ReleaseMatch): string | undefined {
  return state === 'unknown' ? `nothing is created while the release is not known: ${reason}` : undefined;
}

function creates(plan: Plan, check: PlannedCheck): boolean {
  const flow =
    check.source === 'flow' ? plan.flows.find(({ id }) => id === (check.partOf ?? check.id)) : undefined;
  return flow !== undefined && createsData(flow);
}

function stopped(sessions: readonly SessionEnd[], interrupted: AbortSignal): string | undefined {
  if (interrupted.aborted) return 'the run was interrupted';
  return sessions.some((session) => session.cut === 'deadline') ? 'the deadline had passed' : undefined;
}

function notReady({ checks, release, policy }: SoFar): string | undefined {
  const failed = firstFailure(
    checks.filter((check) => check.project === 'readiness'),
    policy,
  );
  if (failed !== undefined) return `the readiness check ${failed.id} failed`;
  // The policy says what another release means; creating data on it and loading it helps nobody either way.
  if (release.state === 'other') return release.reason;
  const oneDatabase = checks.find(({ cause }) => cause === SAME_DATABASE);
  // What a flow looks for on one side would be missing there, and look like a fault of the product.
  if (oneDatabase !== undefined) return `${oneDatabase.id}: ${oneDatabase.summary}`;
  // Not an ordinary unknown: without this proof, the flows might move real money.
  const unproven = checks.find((check) => check.id === 'payments-in-test-mode' && check.state !== 'passed');
  return unproven && `nothing shows that the payment account is in test mode (${unproven.id})`;
}

function alreadyLost({ checks, policy }: SoFar): string | undefined {
  const failed = firstFailure(checks, policy);
  return failed && `the blocking check ${failed.id} failed before (--keep-going runs it anyway)`;
}

function firstFailure(results: readonly CheckResult[], policy: Policy): CheckResult | undefined {
  return results.find((check) => weighCheck(check, policy) === 'NO_GO');
}
