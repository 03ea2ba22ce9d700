import { setTimeout as sleep } from 'node:timers/promises';
import { allHold, evaluateResponse } from '../../contract/flow/evaluate.ts';
import { RATE_LIMIT_WAIT_MS } from '../../contract/events/situation.ts';
import type { EventId } from '../../contract/events/table.ts';
import type { RequestStep } from '../../contract/flow/flow.ts';
import type { ResponseView } from '../../contract/flow/http.ts';
import { POLL_EVERY_MS } from '../../contract/flow/poll.ts';
import { PlanMistake } from '../../contract/plan/plan-mistake.ts';
import { atMost, holds } from '../../contract/flow/statement.ts';
import { TargetUnreachable } from '../../contract/ports/application.ts';
import { callPlan, type Polled, type StepEnd } from './flow-run.ts';
import { type Asking, endOfAnswer, endOfSilence, evaluateAnswer, sendOnce } from './request-answer.ts';

type Poll = NonNullable<RequestStep['poll']>;

/** Of a target that limits our rate, or keeps us out: asking on would make it worse. */
const ENOUGH: readonly EventId[] = ['rate-limited', 'rate-limited-still', 'challenge-page'];

/** `did not hold within 5000 ms (9 attempts)` */
export function pollWords({ attempts, withinMs, final }: Polled): string {
  if (final) return `was final at attempt ${attempts}`;
  return `did not hold within ${withinMs} ms (${attempts} ${attempts === 1 ? 'attempt' : 'attempts'})`;
}

/**
 * Sends the same request until an answer is final, or the budget of the step is used up: the last one leaves at its very
 * end. What the target told us to wait because of our rate is none of its time.
 * @throws CannotTell
 */
export async function pollRequest(asking: Asking, poll: Poll): Promise<StepEnd> {
  const { budgetMs, run } = asking;
  const attemptMs = attemptBudget(asking);
  const patienceMs = run.rateLimitWaitMs ?? RATE_LIMIT_WAIT_MS;
  const started = performance.now();
  let waitedMs = 0;
  // More patience than the plan has must not make it endless.
  const elapsed = (): number => performance.now() - started - Math.min(waitedMs, patienceMs);
  const patience = (): Parameters<typeof sendOnce>[2] => ({
    waitMs: Math.max(0, patienceMs - waitedMs),
    onWait: (ms) => (waitedMs += ms),
  });
  for (let attempts = 1; ; attempts += 1) {
    const polled: Polled = { attempts, withinMs: budgetMs, final: false };
    const over = elapsed() >= budgetMs;
    try {
      const response = await sendOnce(asking, attemptMs, patience());
      const final = saysFinal(asking, poll, response);
      // What is not final yet need not have what is compared: it is judged only as the last one.
      const judged = final === false && !over ? undefined : evaluateAnswer(asking, response);
      if (judged !== undefined && (final ?? allHold(judged.statements))) {
        const end = await endOfAnswer(asking, response, judged, timing(response, attemptMs, elapsed()));
        return { ...end, polled: { ...polled, final: true } };
      }
      if (judged !== undefined && over) {
        // Where all of it holds, it is the plan's own word that says no.
        const notYet = allHold(judged.statements) ? [holds('until', false, 'not yet', 'a final answer')] : [];
        const late = { ...judged, statements: [...judged.statements, ...notYet] };
        const end = await endOfAnswer(asking, response, late, timing(response, attemptMs, elapsed()));
        return { ...end, polled };
      }
    } catch (error) {
      if (!(error instanceof TargetUnreachable)) throw error;
      const enough = ENOUGH.includes(error.event);
      if (over || enough)
        return {
          ...(await endOfSilence(asking, error, elapsed())),
          polled: { ...polled, final: enough },
        };
    }
    await sleep(Math.min(poll.intervalMs ?? POLL_EVERY_MS, Math.max(1, budgetMs - elapsed())));
  }
}

/** How long one attempt may take: as long as any request of the plan, and not longer than all of them. */
function attemptBudget({ budgetMs, run }: Pick<Asking, 'budgetMs' | 'run'>): number {
  return Math.min(budgetMs, run.budgetMs);
}

/**
 * What `until` says of an answer; undefined where the plan has none.
 * @throws CannotTell where a function of the plan throws, or says neither yes nor no
 */
function saysFinal({ step, captured }: Asking, { until }: Poll, response: ResponseView): boolean | undefined {
  if (until === undefined) return undefined;
  return callPlan(`step "${step.id}", asking until,`, () => {
    // Asked where `capture` is: of answers whose status and shape hold, with the body as its schema made it.
    const { expect: _, ...asked } = step;
    const capture: RequestStep['capture'] = (answer) => ({ final: yesOrNo(until(answer)) });
    return evaluateResponse({ ...asked, capture }, captured, response).captured['final'] === true;
  });
}

function yesOrNo(said: unknown): boolean {
  if (typeof said === 'boolean') return said;
  throw new PlanMistake(
    `poll.until said ${said === null ? 'null' : typeof said}, which is neither true nor false`,
    'write ({ body }) => body.state !== "pending", or Boolean(...) around it',
  );
}

function timing(
  response: ResponseView,
  attemptMs: number,
  durationMs: number,
): Parameters<typeof endOfAnswer>[3] {
  return {
    statements: [atMost('answer time', Math.round(response.durationMs), attemptMs, 'ms')],
    durationMs,
  };
}
