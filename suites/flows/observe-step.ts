import { setTimeout as sleep } from 'node:timers/promises';
import { remedyOf } from '../../contract/cannot-tell.ts';
import { allHold, evaluateObservation } from '../../contract/flow/evaluate.ts';
import type { Captured, FlowContext, ObserveStep } from '../../contract/flow/flow.ts';
import { type ObservePort, type PortName, PortUnavailable } from '../../contract/ports/observe.ts';
import type { PaymentObject } from '../../contract/ports/payments.ts';
import { equal, type Statement } from '../../contract/flow/statement.ts';
import { CannotTell, firstLine } from '../cannot-tell.ts';
import { callPlan, type FlowRun, type StepEnd } from './flow-run.ts';
import { absentForMs, watchAbsence } from './observe-absence.ts';
import { refuseDropped } from './refuse-dropped.ts';
import { freshOf, onlyStale } from './stale.ts';

/** Default time in which an observation must hold. */
export const OBSERVE_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 250;
/** A port may hiccup; one that stays away this long is broken. */
const PORT_PATIENCE_MS = 2000;
/** Adapters end their looks themselves; this is for a reader of the user's own that never comes back. */
const LONGEST_LOOK_MS = 30_000;

const NOTHING: Readonly<Record<PortName, { readonly cause: string; readonly words: string }>> = {
  mailbox: { cause: 'no-mail', words: 'no such mail' },
  records: { cause: 'no-row', words: 'no such row' },
  payments: { cause: 'no-payment', words: 'no such payment' },
  webhooks: { cause: 'no-delivery', words: 'no such event' },
  webhookSink: { cause: 'no-webhook', words: 'no such webhook' },
};

/** Looks through a port until what the step says holds, or its time is over. @throws CannotTell */
export async function runObserveStep(step: ObserveStep, captured: Captured, run: FlowRun): Promise<StepEnd> {
  const ctx: FlowContext = { ...run.context, captured };
  const query = callPlan(`the query of step "${step.id}"`, () => step.query(ctx));
  const withinMs = step.withinMs ?? OBSERVE_WITHIN_MS;
  const limitMs = withinMs + absentForMs(step);
  const absence = step.absent && watchAbsence(step, withinMs);
  const started = performance.now();
  const elapsed = (): number => performance.now() - started;
  let port: ObservePort<PortName> | undefined;
  let away: { readonly since: number; readonly error: PortUnavailable } | undefined;
  for (;;) {
    // Before the look: what came while we looked was there at its end.
    const asked = elapsed();
    try {
      port ??= run.port<PortName>(step.port);
      const seen = await withLimit(port.find(query), step);
      away = undefined;
      if (absence !== undefined) {
        const statement = absence(seen !== null && seen !== undefined, asked);
        if (statement !== undefined)
          return { statements: [statement], captured: {}, cause: 'row-there', durationMs: elapsed() };
        await sleep(LOOK_EVERY_MS);
        continue;
      }
      const { observed, staleOf } = freshOf(step, seen, run.startedAt);
      // Asked once: time that passes while we judge must not turn an old mail into none.
      const over = elapsed() >= withinMs;
      if (staleOf !== undefined && over) throw onlyStale(step, staleOf, run.startedAt);
      const end = judge(step, captured, observed, withinMs);
      const held = allHold(end.statements);
      // Of a list a part may have been dropped, also where the rest of it is as it should be.
      if (held ? Array.isArray(observed) : over) await refuseDropped(step, port, run.startedAt);
      if (held || over) return { ...end, durationMs: elapsed() };
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw portThrew(step, error);
      away = { since: away?.since ?? elapsed(), error };
      if (elapsed() >= limitMs || elapsed() - away.since >= PORT_PATIENCE_MS)
        throw portAway(step, away.error);
    }
    // The last look is at the very end of the time, not somewhere before it.
    await sleep(Math.min(LOOK_EVERY_MS, Math.max(1, limitMs - elapsed())));
  }
}

function judge(
  step: ObserveStep,
  captured: Captured,
  observed: unknown,
  withinMs: number,
): Omit<StepEnd, 'durationMs'> {
  const judged = callPlan(`step "${step.id}", judging what it saw,`, () =>
    evaluateObservation(step, captured, observed),
  );
  if (observed === null || observed === undefined) {
    const { cause, words } = NOTHING[step.port];
    const nothing: Statement = {
      name: step.port,
      ok: false,
      measured: words,
      expected: `found within ${withinMs} ms`,
    };
    return { statements: [nothing], captured: {}, cause };
  }
  // Real money is never right, whatever the step itself compares.
  const live =
    step.port === 'payments' ? [equal('livemode', (observed as PaymentObject).livemode, false)] : [];
  return {
    statements: [...live, ...judged.statements],
    captured: judged.captured,
    cause: live.some((statement) => !statement.ok) ? 'live-payment' : 'comparison',
  };
}

async function withLimit<T>(look: Promise<T>, step: ObserveStep): Promise<T> {
  const limit = new AbortController();
  try {
    return await Promise.race([
      look,
      sleep(LONGEST_LOOK_MS, undefined, { signal: limit.signal }).then(() => {
        throw new PortUnavailable(
          step.port,
          `no answer within ${LONGEST_LOOK_MS} ms`,
          'check what it reads from',
        );
      }),
    ]);
  } finally {
    limit.abort();
  }
}

function portAway(step: ObserveStep, error: PortUnavailable): CannotTell {
  return new CannotTell('port-unavailable', `step "${step.id}" could not look: ${firstLine(error)}`, {
    cause: error,
    remedy: error.remedy,
  });
}

function portThrew(step: ObserveStep, error: unknown): CannotTell {
  if (error instanceof CannotTell) return error;
  return new CannotTell('port-threw', `step "${step.id}" could not look: ${firstLine(error)}`, {
    cause: error,
    remedy: remedyOf(error),
  });
}
