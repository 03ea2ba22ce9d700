/** What a queue looked like at one moment. What nobody says is undefined. */
export interface QueueState {
  readonly waiting: number;
  readonly failed?: number | undefined;
  /** For how long the oldest job has been waiting, in milliseconds, by the clock of the queue; 0 where none waits. */
  readonly oldestMs?: number | undefined;
  readonly paused?: boolean | undefined;
  /** What tells two looks apart by what was processed in between. */
  readonly progress: QueueProgress;
}

/** Traces of work: any that changes between two looks shows that something was processed. */
export interface QueueProgress {
  /** How many were ever processed. */
  readonly done?: number | undefined;
  /** The jobs that are next. */
  readonly next?: readonly string[] | undefined;
  /** Waiting jobs that were looked at, more than those that are next; without it, those. */
  readonly seen?: readonly string[] | undefined;
  /** The jobs that live workers hold. */
  readonly inHand?: readonly string[] | undefined;
}

/** Reads a queue, as often as it is asked. */
export interface QueueReader {
  /** @throws CannotTell */
  look(): Promise<QueueState>;
  close(): Promise<void>;
}

/** What happened between two looks at a queue in which jobs waited at the first. */
export type Drained = 'drains' | 'stands' | 'busy' | 'not-said';

/**
 * Whether jobs were processed. `busy`: workers hold the same jobs at both looks, so only these show nothing. `not-said`:
 * the source leaves no trace of work, and as many waited at both looks or more.
 */
export function drained(before: QueueState, after: QueueState): Drained {
  if (after.waiting < before.waiting) return 'drains';
  const [one, other] = [before.progress, after.progress];
  if (one.done !== undefined && other.done !== undefined && other.done > one.done) return 'drains';
  if (one.next !== undefined && other.next !== undefined) {
    const still = new Set(other.seen ?? other.next);
    if (one.next.some((id) => !still.has(id))) return 'drains';
  }
  const [held, holds] = [one.inHand ?? [], new Set(other.inHand ?? [])];
  if (held.some((id) => !holds.has(id))) return 'drains';
  if (holds.size > 0) return 'busy';
  const traced = (one.done ?? one.next) !== undefined && (other.done ?? other.next) !== undefined;
  return traced ? 'stands' : 'not-said';
}
