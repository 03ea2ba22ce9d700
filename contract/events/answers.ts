import { challengeOf, type MarkedAnswer } from './challenge-marks.ts';
import { readRetryAfter } from './retry-after.ts';
import type { EventId } from './table.ts';

/** An answer that is none of the product, or a refusal to answer. */
export interface AnswerEvent {
  readonly event: EventId;
  /** What was seen, more exactly than the table says it. */
  readonly detail: string;
  /** Milliseconds that the answer says to wait; only of `rate-limited`, and only where it says so. */
  readonly waitMs?: number;
}

const LIMITED: readonly number[] = [429, 503];

/**
 * What came instead of an answer of the product. Not judged here: whether the product's answer is right.
 * @param accepted whether the step wants just this status: then 429 is no event
 */
export function eventOfAnswer(answer: MarkedAnswer, accepted = false): AnswerEvent | undefined {
  const { status, headers } = answer;
  const service = challengeOf(answer);
  if (service !== undefined)
    return { event: 'challenge-page', detail: `a challenge or block page of ${service} (${status})` };
  if (accepted) return undefined;
  if (status === 511) return { event: 'captive-portal', detail: 'the network asks for a log-in (511)' };
  if (status === 407) return { event: 'own-proxy', detail: 'a proxy asks who we are (407)' };
  if (!LIMITED.includes(status)) return undefined;
  const waitMs = retryAfterMs(headers);
  // A 503 that names no time is a broken server and no limit.
  if (status === 503 && waitMs === undefined) return undefined;
  if (waitMs === undefined)
    return { event: 'rate-limited', detail: `answered ${status}, without saying how long to wait` };
  const detail = `answered ${status} with Retry-After ${headers['retry-after'] ?? ''}`;
  return { event: 'rate-limited', detail, waitMs };
}

/** How long the answer says to wait; milliseconds, at least 0. */
function retryAfterMs(headers: MarkedAnswer['headers']): number | undefined {
  const told = readRetryAfter(headers);
  return told && Math.max(0, told.ms);
}
