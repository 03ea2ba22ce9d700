import type { Decision } from './outcome.ts';

/**
 * The process exit codes of `greenlight`. 1 is deliberately unused: an uncaught error, a missing module or
 * `npx` without the package end with 1, and no deploy mechanism may roll back for that.
 */
export const EXIT = {
  /** GO: every required check passed, with evidence. */
  GO: 0,
  /** NO_GO: the product is broken; the only code that may trigger a roll-back. */
  NO_GO: 10,
  /** INCONCLUSIVE: we could not tell; repeat, or decide by hand. */
  INCONCLUSIVE: 20,
  /** Bad usage or configuration; nothing was touched. */
  USAGE: 64,
  /** Interrupted; cleaned up, and the verdict says INCONCLUSIVE. */
  INTERRUPTED: 130,
} as const;

/** The exit code that stands for a decision. */
export const EXIT_OF_DECISION: Record<Decision, number> = {
  GO: EXIT.GO,
  NO_GO: EXIT.NO_GO,
  INCONCLUSIVE: EXIT.INCONCLUSIVE,
};
