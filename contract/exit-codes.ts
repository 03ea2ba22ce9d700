import { type Decision, decisionOf, type Outcome } from './evidence/outcome.ts';

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

const EXIT_OF_DECISION: Record<Decision, number> = {
  GO: EXIT.GO,
  NO_GO: EXIT.NO_GO,
  INCONCLUSIVE: EXIT.INCONCLUSIVE,
};

/**
 * The exit code of an answer, for every command: only a decision, or a finding that says `fail`, ends with 10. Where a
 * policy weighs the findings, the judge decides first.
 * @param answer a decision, or what each of the statements says that all decide; none at all is 20
 */
export function exitCodeOf(answer: Decision | readonly Outcome[]): number {
  return EXIT_OF_DECISION[typeof answer === 'string' ? answer : decisionOf(answer)];
}
