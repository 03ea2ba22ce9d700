import type { Captured, FlowContext, RequestStep } from '../../contract/flow/flow.ts';
import { encodeRequest, type ResponseView } from '../../contract/flow/http.ts';
import { refuseUnsafePoll } from '../../contract/flow/poll.ts';
import { atMost } from '../../contract/flow/statement.ts';
import { TargetUnreachable } from '../../contract/ports/application.ts';
import { callPlan, type FlowRun, type StepEnd } from './flow-run.ts';
import { secretsReadBy } from './plan-credentials.ts';
import { pollRequest } from './poll-request.ts';
import { recordCreatedBy } from './record-created.ts';
import { type Asking, endOfAnswer, endOfSilence, evaluateAnswer, sendOnce } from './request-answer.ts';

/** Sends the request of a step, again and again where it polls, and judges the answer. @throws CannotTell */
export async function runRequestStep(step: RequestStep, captured: Captured, run: FlowRun): Promise<StepEnd> {
  const { secret, read } = secretsReadBy(run.context.secret);
  const ctx: FlowContext = { ...run.context, captured, secret };
  const budgetMs = step.budgetMs ?? run.budgetMs;
  const what = `the request of step "${step.id}"`;
  const spec = callPlan(what, () => step.request(ctx));
  const wire = callPlan(what, () => encodeRequest(spec, run.urls));
  const { poll } = step;
  if (poll !== undefined) callPlan(what, () => refuseUnsafePoll(poll, spec));
  const endpoint = spec.endpoint ?? 'app';
  const thirdParty = run.thirdParties?.has(endpoint) === true ? endpoint : undefined;
  const asking: Asking = { step, ctx, captured, wire, thirdParty, budgetMs, secretsRead: read, run };
  await recordCreatedBy(step, ctx, run);
  return poll === undefined ? askOnce(asking) : pollRequest(asking, poll);
}

async function askOnce(asking: Asking): Promise<StepEnd> {
  const { budgetMs } = asking;
  const started = performance.now();
  let response: ResponseView;
  try {
    response = await sendOnce(asking, budgetMs);
  } catch (error) {
    if (!(error instanceof TargetUnreachable)) throw error;
    return endOfSilence(asking, error, performance.now() - started);
  }
  const { durationMs } = response;
  return endOfAnswer(asking, response, evaluateAnswer(asking, response), {
    statements: [atMost('answer time', Math.round(durationMs), budgetMs, 'ms')],
    durationMs,
  });
}
