import { eventOfAnswer } from '../../contract/events/answers.ts';
import type { MarkedAnswer } from '../../contract/events/challenge-marks.ts';
import { EVENTS } from '../../contract/events/table.ts';

/** What an answer that does not hold is: one that limits our rate, or one that is none of the product. */
export type OddAnswer = { readonly limited: true } | { readonly fault: string };

/**
 * Asked only of answers that do not hold: looking for marks in all of them would cost as much as judging them. Portable.
 * @returns undefined for an answer of the product
 */
export function oddAnswer(answer: MarkedAnswer): OddAnswer | undefined {
  const met = eventOfAnswer(answer);
  if (met === undefined) return undefined;
  return met.event === 'rate-limited'
    ? { limited: true }
    : { fault: `the target was not reached: ${met.detail}; ${EVENTS[met.event].remedy}` };
}
