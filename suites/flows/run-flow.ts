import { watchOwnDelay } from '../../checks/own-delay.ts';
import { allHold } from '../../contract/flow/evaluate.ts';
import type { Finding, StepReport } from '../../contract/evidence/finding.ts';
import { unknownFinding } from '../../contract/evidence/unknown-finding.ts';
import type { Captured, Step } from '../../contract/flow/flow.ts';
import type { Outcome } from '../../contract/evidence/outcome.ts';
import type { Statement } from '../../contract/flow/statement.ts';
import { type CannotTell, toCannotTell } from '../cannot-tell.ts';
import { expectedWords, firstWrong, wrongWords } from '../words.ts';
import { callPlan, type FlowRun, PAGE_WITHIN_MS, type Polled, type StepEnd } from './flow-run.ts';
import { absentForMs } from './observe-absence.ts';
import { OBSERVE_WITHIN_MS, runObserveStep } from './observe-step.ts';
import { runPageStep } from './page-step.ts';
import { refuseOwnDelay } from './refuse-own-delay.ts';
import { pollWords } from './poll-request.ts';
import { runRequestStep } from './request-step.ts';
import { ASK_OLD_WITHIN_MS, refuseMissOfBoth } from './same-on-old.ts';

type Acting = Exclude<Step, { kind: 'given' }>;

/** One step as it went: its report, and what later steps may use. */
interface StepWent {
  readonly report: StepReport;
  readonly captured: Captured;
  readonly cause: string;
  readonly around?: string;
  readonly polled?: Polled;
  /** Set when it could not tell. */
  readonly unknown?: CannotTell;
}

/** One run of a journey, and what it says about each check that it tells. */
export interface Journey {
  /** About the flow as a whole. */
  readonly finding: Finding;
  /** About steps that have a check of their own, by its id. */
  readonly ofSteps: ReadonlyMap<string, Finding>;
  /** What its steps left, also where it stopped. */
  readonly captured: Captured;
}

/** Runs a flow and says in one finding how it went. Never throws. */
export async function runFlow(run: FlowRun): Promise<Finding> {
  return (await runJourney(run)).finding;
}

/**
 * Runs the steps of a flow in order until one does not hold. Never throws: what breaks on our side is a finding with
 * outcome `unknown`. An observation that has a check of its own, and that later steps take nothing from, stops nobody.
 */
export async function runJourney(run: FlowRun): Promise<Journey> {
  const reports: StepReport[] = [];
  const ofSteps = new Map<string, Finding>();
  let captured: Captured = {};
  const ended = (finding: Finding, at: string): Journey => {
    for (const step of run.flow.steps) {
      const check = ownCheck(step, run);
      if (check !== undefined && !ofSteps.has(check)) ofSteps.set(check, notReached(check, run, at, finding));
    }
    return { finding, ofSteps, captured };
  };
  for (const step of run.flow.steps) {
    if (step.kind === 'given') {
      try {
        captured = {
          ...captured,
          ...callPlan('the given of the flow', () => step.give({ ...run.context, captured })),
        };
      } catch (error) {
        return ended(couldNotTell(run, reports, toCannotTell(error), undefined), 'given');
      }
      continue;
    }
    const went = await staged(step, captured, run);
    const check = ownCheck(step, run);
    if (check !== undefined) ofSteps.set(check, stepFinding(check, run, went, step));
    if (went.report.outcome === 'pass') {
      reports.push(went.report);
      captured = { ...captured, ...went.captured };
      continue;
    }
    if (check !== undefined && step.kind === 'observe' && step.capture === undefined) continue;
    reports.push(went.report);
    const finding = went.unknown
      ? couldNotTell(run, reports, went.unknown, step)
      : failFinding(run, reports, went, step);
    return ended(finding, step.title ?? step.id);
  }
  return ended(passFinding(run, reports), '');
}

/** The check of a step, where this run tells it. */
function ownCheck(step: Step, run: FlowRun): string | undefined {
  if (step.kind === 'given' || step.check === undefined) return undefined;
  return run.stepChecks?.has(step.check) === true ? step.check : undefined;
}

function stepFinding(check: string, run: FlowRun, went: StepWent, step: Acting): Finding {
  const of: FlowRun = { ...run, check };
  if (went.unknown) return couldNotTell(of, [went.report], went.unknown, step);
  if (went.report.outcome !== 'pass') return failFinding(of, [went.report], went, step);
  return {
    ...passFinding(of, [went.report]),
    summary: `Step "${step.title ?? step.id}" of "${run.flow.id}" held`,
  };
}

function notReached(check: string, run: FlowRun, at: string, finding: Finding): Finding {
  const reason = {
    word: 'journey-stopped',
    message: `The journey "${run.flow.id}" stopped at "${at}", before this step: ${finding.summary}`,
    remedy: `see the check ${run.flow.id}`,
  };
  return unknownFinding(check, reason, { detail: { kind: 'flow', steps: [] } });
}

/**
 * The most time that a flow may take by its own budgets, in milliseconds. Playwright must not end it before. With pages,
 * it may take more to ask the old system once.
 */
export function longestRun({
  flow,
  budgetMs,
  oldUrls,
}: Pick<FlowRun, 'flow' | 'budgetMs' | 'oldUrls'>): number {
  const asksOld = oldUrls !== undefined && flow.steps.some(({ kind }) => kind === 'page');
  return flow.steps.reduce(
    (sum, step) =>
      step.kind === 'given' ? sum : sum + budgetOf(step, budgetMs) + lastAttempt(step, budgetMs),
    asksOld ? ASK_OLD_WITHIN_MS : 0,
  );
}

/** One that polls may send its last request at the end of its budget. */
function lastAttempt(step: Acting, budgetMs: number): number {
  const polls = step.kind === 'request' && step.poll !== undefined;
  return polls ? Math.min(budgetOf(step, budgetMs), budgetMs) : 0;
}

function budgetOf(step: Acting, defaultMs: number): number {
  if (step.kind === 'observe') return (step.withinMs ?? OBSERVE_WITHIN_MS) + absentForMs(step);
  return step.budgetMs ?? (step.kind === 'page' ? PAGE_WITHIN_MS : defaultMs);
}

async function staged(step: Acting, captured: Captured, run: FlowRun): Promise<StepWent> {
  const body = (): Promise<StepWent> => runStep(step, captured, run);
  if (!run.stage) return body();
  return run.stage(`${step.kind}: ${step.title ?? step.id}`, body, (went) =>
    went.report.outcome === 'pass' ? undefined : (went.unknown?.message ?? wrongText(went)),
  );
}

async function runStep(step: Acting, captured: Captured, run: FlowRun): Promise<StepWent> {
  const started = performance.now();
  const report = (outcome: Outcome, durationMs: number, statements: readonly Statement[]): StepReport => ({
    id: step.id,
    kind: step.kind,
    outcome,
    durationMs: Math.max(0, Math.round(durationMs)),
    budgetMs: budgetOf(step, run.budgetMs),
    statements: [...statements],
  });
  const delay = (run.watchOwnDelay ?? watchOwnDelay)();
  try {
    const showValues = step.showValues ?? run.flow.options.showValues ?? false;
    const end = await act({ ...step, showValues }, captured, run);
    // A step that polled to the end of its time is about time, as an observation is.
    const kind = end.polled?.final === false ? 'observe' : step.kind;
    refuseOwnDelay(kind, end, budgetOf(step, run.budgetMs), delay.lostMs());
    const outcome = allHold(end.statements) ? 'pass' : 'fail';
    const onOld =
      step.kind === 'page' && end.missed !== undefined
        ? await refuseMissOfBoth({ ...step, showValues }, end.missed, captured, run)
        : undefined;
    const around = [end.around, onOld].filter((text) => text !== undefined && text !== '').join('; ');
    return {
      report: {
        ...report(outcome, end.durationMs, end.statements),
        ...(end.polled !== undefined && { attempts: end.polled.attempts }),
        ...(outcome === 'fail' && end.page !== undefined && { page: end.page }),
      },
      captured: end.captured,
      cause: end.cause,
      ...(around !== '' && { around }),
      ...(end.polled !== undefined && { polled: end.polled }),
    };
  } catch (error) {
    const unknown = toCannotTell(error);
    return {
      report: report('unknown', performance.now() - started, []),
      captured: {},
      cause: unknown.word,
      unknown,
    };
  } finally {
    delay.stop();
  }
}

function act(step: Acting, captured: Captured, run: FlowRun): Promise<StepEnd> {
  switch (step.kind) {
    case 'request':
      return runRequestStep(step, captured, run);
    case 'observe':
      return runObserveStep(step, captured, run);
    case 'page':
      return runPageStep(step, captured, run);
  }
}

function passFinding(run: FlowRun, reports: StepReport[]): Finding {
  return {
    check: run.check,
    // A flow without a step that acts has shown nothing.
    outcome: reports.length > 0 ? 'pass' : 'unknown',
    summary: reports.length > 0 ? `All ${reports.length} steps held` : 'The flow has no step that acts',
    sampleSize: reports.length,
    detail: { kind: 'flow', steps: reports },
  };
}

function failFinding(run: FlowRun, reports: StepReport[], went: StepWent, step: Acting): Finding {
  const wrong = firstWrong(went.report.statements);
  return {
    check: run.check,
    outcome: 'fail',
    summary: `Step "${step.title ?? step.id}": ${wrongText(went)}`,
    cause: went.cause,
    ...(wrong && { measured: wrong.measured, expected: expectedWords(wrong) }),
    ...(wrong?.unit !== undefined && { unit: wrong.unit }),
    sampleSize: reports.length,
    detail: { kind: 'flow', steps: reports },
  };
}

function couldNotTell(
  run: FlowRun,
  reports: StepReport[],
  reason: CannotTell,
  step: Acting | undefined,
): Finding {
  const named = step && !reason.message.includes(`step "${step.id}"`);
  return unknownFinding(run.check, reason, {
    ...(named && { summary: `Step "${step.title ?? step.id}": ${reason.message}` }),
    sampleSize: reports.length,
    detail: { kind: 'flow', steps: reports },
  });
}

function wrongText({ report, around, polled }: StepWent): string {
  const wrong = firstWrong(report.statements);
  if (!wrong) return 'nothing was compared';
  const words = around === undefined ? wrongWords(wrong) : `${wrongWords(wrong)}; ${around}`;
  return polled === undefined ? words : `${pollWords(polled)}; last answer: ${words}`;
}
