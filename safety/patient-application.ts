import { setTimeout as sleep } from 'node:timers/promises';
import { eventOfAnswer } from '../contract/events/answers.ts';
import type { EventId } from '../contract/events/table.ts';
import type { ResponseView, WireRequest } from '../contract/flow/http.ts';
import { type ApplicationPort, TargetUnreachable } from '../contract/ports/application.ts';

/** How long a request may wait where the target limits our rate. */
export interface Patience {
  /** Milliseconds that all waits of one request may take together, besides its budget. */
  readonly waitMs: number;
  /** Told of every wait that is over, in milliseconds. */
  readonly onWait?: (ms: number) => void;
}

/** Statuses that the asker wants: they are no event. */
export type Wanted = (status: number) => boolean;

/** A target that says to wait for no time at all is not asked in a loop. */
const LEAST_WAIT_MS = 100;
const MOST_REPEATS = 5;

/**
 * Sends a request and, where the answer says that the rate of our requests is limited, waits as told and repeats it. That
 * does nothing twice, whatever the method: it was refused.
 * @throws TargetUnreachable with the event when the answer is none of the product: still refused after waiting as told,
 * longer to wait than allowed, a challenge page
 */
export async function sendPatiently(
  application: ApplicationPort,
  request: WireRequest,
  budgetMs: number,
  patience: Patience,
  wanted: Wanted = () => false,
): Promise<ResponseView> {
  let waitedMs = 0;
  for (let repeats = 0; ; repeats += 1) {
    const answer = await application.send(request, budgetMs);
    const met = eventOfAnswer(answer, wanted(answer.status));
    if (met === undefined) return answer;
    const stop = (event: EventId, detail: string): TargetUnreachable =>
      new TargetUnreachable(event, detail, { url: request.url });
    if (met.waitMs === undefined) throw stop(met.event, met.detail);
    const waitMs = Math.max(LEAST_WAIT_MS, met.waitMs);
    const tooLong = waitedMs + waitMs > budgetMs + patience.waitMs;
    if (repeats > 0 && (tooLong || repeats === MOST_REPEATS)) {
      // Refused again after what it asked for itself: that is its answer.
      throw stop('rate-limited-still', `${met.detail}, after ${seconds(waitedMs)} of waiting as told`);
    }
    if (tooLong)
      throw stop(
        'rate-limited',
        `${met.detail}, and the plan lets a request wait for ${seconds(patience.waitMs)}`,
      );
    await sleep(waitMs);
    waitedMs += waitMs;
    patience.onWait?.(waitMs);
  }
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}
