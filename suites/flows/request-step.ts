import { acceptsStatus, evaluateResponse } from '../../contract/flow/evaluate.ts';
import { RATE_LIMIT_WAIT_MS } from '../../contract/events/situation.ts';
import type { Captured, FlowContext, RequestStep } from '../../contract/flow/flow.ts';
import { encodeRequest, type ResponseView } from '../../contract/flow/http.ts';
import { TargetUnreachable } from '../../contract/ports/application.ts';
import { atMost, type Statement } from '../../contract/flow/statement.ts';
import { sendPatiently } from '../../safety/patient-application.ts';
import { causeOfNoAnswer, judgeNoAnswer } from '../no-answer.ts';
import { eventOfWrongAnswer, refuseThirdParty } from '../third-party.ts';
import { firstWrong, wrongWords } from '../words.ts';
import { callPlan, type FlowRun, type StepEnd } from './flow-run.ts';
import { refuseStaleCredentials, secretsReadBy } from './plan-credentials.ts';
import { recordCreatedBy } from './record-created.ts';

/** Sends one request and judges the answer. @throws CannotTell */
export async function runRequestStep(step: RequestStep, captured: Captured, run: FlowRun): Promise<StepEnd> {
  const { secret, read } = secretsReadBy(run.context.secret);
  const ctx: FlowContext = { ...run.context, captured, secret };
  const budgetMs = step.budgetMs ?? run.budgetMs;
  const what = `the request of step "${step.id}"`;
  const spec = callPlan(what, () => step.request(ctx));
  const wire = callPlan(what, () => encodeRequest(spec, run.urls));
  const endpoint = spec.endpoint ?? 'app';
  const thirdParty = run.thirdParties?.has(endpoint) === true ? endpoint : undefined;
  await recordCreatedBy(step, ctx, run);
  const started = performance.now();
  let response: ResponseView;
  try {
    response = await sendPatiently(
      run.application,
      wire,
      budgetMs,
      { waitMs: run.rateLimitWaitMs ?? RATE_LIMIT_WAIT_MS },
      (status) => acceptsStatus(step.status, status),
    );
  } catch (error) {
    if (!(error instanceof TargetUnreachable)) throw error;
    const durationMs = performance.now() - started;
    const statement = await judgeNoAnswer(error, 'answer', budgetMs, run.control, thirdParty);
    return { statements: [statement], captured: {}, durationMs, cause: causeOfNoAnswer(error) };
  }
  if (thirdParty === undefined && !acceptsStatus(step.status, response.status))
    await refuseStaleCredentials(step, ctx, wire, response.status, read(), run);
  const judged = callPlan(`step "${step.id}", judging its answer,`, () =>
    evaluateResponse(step, captured, response),
  );
  const end: StepEnd = {
    statements: [
      ...judged.statements,
      atMost('answer time', Math.round(response.durationMs), budgetMs, 'ms'),
    ],
    captured: judged.captured,
    durationMs: response.durationMs,
    cause: causeOf(judged.statements),
  };
  const wrong = firstWrong(end.statements);
  if (thirdParty !== undefined && wrong !== undefined) {
    const event = eventOfWrongAnswer(end.cause, response.status);
    if (event !== undefined) refuseThirdParty(thirdParty, event, wrongWords(wrong));
  }
  return end;
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
