import type { Problem } from '../errors.ts';
import { HARMLESS_METHODS, type RequestSpec } from './http.ts';
import { PlanMistake } from '../plan/plan-mistake.ts';

/**
 * Asks again until it holds: for systems that say "accepted" now and are done some seconds later. `A` is the answer as the
 * functions of its step see it.
 */
export interface Poll<A> {
  /**
   * Whether an answer is final, so that it is judged at once: `({ body }) => body.state !== 'pending'`. Asked only where
   * status and shape hold; every other answer is asked for again. Default: an answer is final when all of it holds.
   */
  readonly until?: (answer: A) => boolean;
  /** From one answer to the next request, in milliseconds; at least 100, default 500. */
  readonly intervalMs?: number;
  /** Says that this request does nothing twice, although it is neither GET nor HEAD. */
  readonly idempotent?: boolean;
}

/** Time from an answer to the next request, in milliseconds, where a plan names none. */
export const POLL_EVERY_MS = 500;
/** Shorter ones would be load. */
const LEAST_INTERVAL_MS = 100;

const KEYS: Readonly<Record<keyof Poll<never>, true>> = {
  until: true,
  intervalMs: true,
  idempotent: true,
};

/** What is wrong with the `poll` of a step, as it stands in a plan of any shape. Pure. */
export function pollProblems(where: string, path: string, poll: unknown): Problem[] {
  if (poll === undefined) return [];
  const problem = (value: unknown, text: string, remedy: string): Problem => ({
    path,
    value: typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? typeof value),
    problem: `${where}: ${text}`,
    remedy,
  });
  if (typeof poll !== 'object' || poll === null || Array.isArray(poll))
    return [problem(poll, 'poll is not an object', 'write poll: {}, or poll: { intervalMs: 1000 }')];
  const { until, intervalMs, idempotent } = poll as Readonly<Record<string, unknown>>;
  const found = Object.keys(poll)
    .filter((key) => !Object.hasOwn(KEYS, key))
    .map((key) =>
      problem(
        key,
        'poll has a key that nothing reads',
        `use one of: ${Object.keys(KEYS).join(', ')}; how long it may take is the budgetMs of the step`,
      ),
    );
  if (until !== undefined && typeof until !== 'function')
    found.push(problem(until, 'poll.until is not a function', 'write ({ body }) => true or false'));
  if (
    intervalMs !== undefined &&
    !(Number.isInteger(intervalMs) && (intervalMs as number) >= LEAST_INTERVAL_MS)
  )
    found.push(
      problem(
        intervalMs,
        'poll.intervalMs is not a whole number of milliseconds',
        `give at least ${LEAST_INTERVAL_MS}`,
      ),
    );
  if (idempotent !== undefined && typeof idempotent !== 'boolean')
    found.push(
      problem(idempotent, 'poll.idempotent is neither true nor false', 'write true, or leave it out'),
    );
  return found;
}

/**
 * Refuses to send again what may do something each time.
 * @throws PlanMistake
 */
export function refuseUnsafePoll(poll: Poll<never>, { method }: RequestSpec): void {
  if (HARMLESS_METHODS.includes(method) || poll.idempotent === true) return;
  throw new PlanMistake(
    `it polls with ${method}, which may do something each time that it is sent`,
    'poll with a GET in a step of its own; or, where sending it again does nothing, say poll: { idempotent: true }',
  );
}
