import { acceptsStatus, evaluateResponse } from '../../contract/flow/evaluate.ts';
import { RATE_LIMIT_WAIT_MS } from '../../contract/events/situation.ts';
import type { Captured, FlowContext, RequestStep } from '../../contract/flow/flow.ts';
import type { ResponseView, WireRequest } from '../../contract/flow/http.ts';
import type { TargetUnreachable } from '../../contract/ports/application.ts';
import type { Statement } from '../../contract/flow/statement.ts';
import { type Patience, sendPatiently } from '../../safety/patient-application.ts';
import { causeOfNoAnswer, noAnswerStatement } from '../no-answer.ts';
import { eventOfWrongAnswer, refuseThirdParty } from '../third-party.ts';
import { firstWrong, wrongWords } from '../words.ts';
import { callPlan, type FlowRun, type StepEnd } from './flow-run.ts';
import { refuseStaleCredentials } from './plan-credentials.ts';

/** One request of a step, ready to be sent. */
export interface Asking {
  readonly step: RequestStep;
  readonly ctx: FlowContext;
  readonly captured: Captured;
  readonly wire: WireRequest;
  /** Its name, where it is no address of the target. */
  readonly thirdParty: string | undefined;
  /** For the step as a whole, in milliseconds. */
  readonly budgetMs: number;
  /** Which secrets the step read while it made the request. */
  readonly secretsRead: () => ReadonlySet<string>;
  readonly run: FlowRun;
}

/** The statements about an answer, and what it leaves to later steps. */
export type EvaluatedAnswer = ReturnType<typeof evaluateResponse>;

/**
 * Sends it once; where the target limits our rate, it waits as told.
 * @throws TargetUnreachable
 */
export function sendOnce(
  { step, wire, run }: Asking,
  budgetMs: number,
  patience: Patience = { waitMs: run.rateLimitWaitMs ?? RATE_LIMIT_WAIT_MS },
): Promise<ResponseView> {
  return sendPatiently(run.application, wire, budgetMs, patience, (status) =>
    acceptsStatus(step.status, status),
  );
}

/** @throws CannotTell where a function of the plan throws */
export function evaluateAnswer({ step, captured }: Asking, response: ResponseView): EvaluatedAnswer {
  return callPlan(`step "${step.id}", judging its answer,`, () => evaluateResponse(step, captured, response));
}

/**
 * How the step ends with this answer.
 * @param timing what is said about its time, besides
 * @throws CannotTell where it says nothing about the target
 */
export async function endOfAnswer(
  { step, ctx, wire, thirdParty, secretsRead, run }: Asking,
  response: ResponseView,
  judged: EvaluatedAnswer,
  timing: { readonly statements: readonly Statement[]; readonly durationMs: number },
): Promise<StepEnd> {
  if (thirdParty === undefined && !acceptsStatus(step.status, response.status))
    await refuseStaleCredentials(step, ctx, wire, response.status, secretsRead(), run);
  const end: StepEnd = {
    statements: [...judged.statements, ...timing.statements],
    captured: judged.captured,
    durationMs: timing.durationMs,
    cause: causeOf(judged.statements),
  };
  const wrong = firstWrong(end.statements);
  if (thirdParty !== undefined && wrong !== undefined) {
    const event = eventOfWrongAnswer(end.cause, response.status);
    if (event !== undefined) refuseThirdParty(thirdParty, event, wrongWords(wrong));
  }
  return end;
}

/** How the step ends where no answer came. @throws CannotTell where that may be our fault */
export async function endOfSilence(
  { thirdParty, budgetMs, run }: Asking,
  error: TargetUnreachable,
  durationMs: number,
): Promise<StepEnd> {
  const statement = await noAnswerStatement(error, 'answer', budgetMs, run.control, thirdParty);
  return { statements: [statement], captured: {}, durationMs, cause: causeOfNoAnswer(error) };
}

/** Status comes first and alone; `shape` holds before any comparison is made; the budget is judged last. */
function causeOf(statements: readonly Statement[]): string {
  const wrong = statements.find((statement) => !statement.ok);
  if (!wrong) return 'budget';
  if (wrong === statements[0]) return 'status';
  if (wrong.name === 'body' && wrong === statements[1]) return 'body-undecodable';
  const compared =
    statements.indexOf(wrong) > statements.findIndex((statement) => statement.name === 'shape');
  const shaped = statements.some((statement) => statement.name === 'shape');
  return /^body(\.|$)/.test(wrong.name) && !(shaped && compared) ? 'shape' : 'comparison';
}
