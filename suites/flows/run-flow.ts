import { allHold } from '../../contract/evaluate.ts';
import type { Finding, StepReport } from '../../contract/finding.ts';
import type { Captured, Step } from '../../contract/flow.ts';
import type { Outcome } from '../../contract/outcome.ts';
import type { Statement } from '../../contract/statement.ts';
import { CannotTell, firstLine } from '../cannot-tell.ts';
import { expectedWords, firstWrong, wrongWords } from '../words.ts';
import { callPlan, type FlowRun, type StepEnd } from './flow-run.ts';
import { OBSERVE_WITHIN_MS, runObserveStep } from './observe-step.ts';
import { PAGE_WITHIN_MS, runPageStep } from './page-step.ts';
import { runRequestStep } from './request-step.ts';

type Acting = Exclude<Step, { kind: 'given' }>;

/** One step as it went: its report, and what later steps may use. */
interface StepWent {
  readonly report: StepReport;
  readonly captured: Captured;
  readonly cause: string;
  /** Set when it could not tell. */
  readonly unknown?: CannotTell;
}

/**
 * Runs the steps of a flow in order until one does not hold, and says in one finding how it went. Never throws: what
 * breaks on our side is a finding with outcome `unknown`.
 */
export async function runFlow(run: FlowRun): Promise<Finding> {
  const reports: StepReport[] = [];
  let captured: Captured = {};
  for (const step of run.flow.steps) {
    if (step.kind === 'given') {
      try {
        captured = {
          ...captured,
          ...callPlan('the given of the flow', () => step.give({ ...run.context, captured })),
        };
      } catch (error) {
        return unknownFinding(run, reports, toCannotTell(error), undefined);
      }
      continue;
    }
    const went = await staged(step, captured, run);
    reports.push(went.report);
    if (went.unknown) return unknownFinding(run, reports, went.unknown, step);
    if (went.report.outcome !== 'pass') return failFinding(run, reports, went, step);
    captured = { ...captured, ...went.captured };
  }
  return passFinding(run, reports);
}

/** The most time that a flow may take by its own budgets, in milliseconds. Playwright must not end it before. */
export function longestRun(run: Pick<FlowRun, 'flow' | 'budgetMs'>): number {
  return run.flow.steps.reduce(
    (sum, step) => (step.kind === 'given' ? sum : sum + budgetOf(step, run.budgetMs)),
    0,
  );
}

function budgetOf(step: Acting, defaultMs: number): number {
  if (step.kind === 'observe') return step.withinMs ?? OBSERVE_WITHIN_MS;
  return step.budgetMs ?? (step.kind === 'page' ? PAGE_WITHIN_MS : defaultMs);
}

async function staged(step: Acting, captured: Captured, run: FlowRun): Promise<StepWent> {
  const body = (): Promise<StepWent> => runStep(step, captured, run);
  if (!run.stage) return body();
  return run.stage(`${step.kind}: ${step.title ?? step.id}`, body, (went) =>
    went.report.outcome === 'pass' ? undefined : (went.unknown?.message ?? wrongText(went.report)),
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
  try {
    const end = await act(step, captured, run);
    const outcome = allHold(end.statements) ? 'pass' : 'fail';
    return {
      report: report(outcome, end.durationMs, end.statements),
      captured: end.captured,
      cause: end.cause,
    };
  } catch (error) {
    const unknown = toCannotTell(error);
    return {
      report: report('unknown', performance.now() - started, []),
      captured: {},
      cause: unknown.word,
      unknown,
    };
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

function toCannotTell(error: unknown): CannotTell {
  return error instanceof CannotTell ? error : new CannotTell('harness', firstLine(error), { cause: error });
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
    summary: `Step "${step.title ?? step.id}": ${wrongText(went.report)}`,
    cause: went.cause,
    ...(wrong && { measured: wrong.measured, expected: expectedWords(wrong) }),
    ...(wrong?.unit !== undefined && { unit: wrong.unit }),
    sampleSize: reports.length,
    detail: { kind: 'flow', steps: reports },
  };
}

function unknownFinding(
  run: FlowRun,
  reports: StepReport[],
  reason: CannotTell,
  step: Acting | undefined,
): Finding {
  const named = step && !reason.message.includes(`step "${step.id}"`);
  return {
    check: run.check,
    outcome: 'unknown',
    summary: named ? `Step "${step.title ?? step.id}": ${reason.message}` : reason.message,
    cause: reason.word,
    ...(reason.remedy !== undefined && { remedy: reason.remedy }),
    sampleSize: reports.length,
    detail: { kind: 'flow', steps: reports },
  };
}

function wrongText(report: StepReport): string {
  const wrong = firstWrong(report.statements);
  return wrong ? wrongWords(wrong) : 'nothing was compared';
}
