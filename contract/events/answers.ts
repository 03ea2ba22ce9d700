import { challengeOf, type MarkedAnswer } from './challenge-marks.ts';
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

/** Whole seconds, or a date, which is read by the clock of the answer's own `Date`. Milliseconds, at least 0. */
function retryAfterMs(headers: MarkedAnswer['headers']): number | undefined {
  const told = headers['retry-after']?.trim();
  if (told === undefined || told === '') return undefined;
  if (/^\d{1,9}(?:\.\d+)?$/.test(told)) return Math.ceil(Number(told) * 1000);
  // Nothing but an HTTP date names a day.
  const until = /^[A-Za-z]{3}/.test(told) ? Date.parse(told) : Number.NaN;
  if (Number.isNaN(until)) return undefined;
  const there = Date.parse(headers['date'] ?? '');
  return Math.max(0, until - (Number.isNaN(there) ? Date.now() : there));
}
