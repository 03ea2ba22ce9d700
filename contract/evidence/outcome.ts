import { z } from 'zod';

/** What one finding says about its statement. */
export const Outcome = z.enum(['pass', 'fail', 'unknown', 'not-applicable']);
export type Outcome = z.infer<typeof Outcome>;

/**
 * What a verdict says about one required check, folded over all its attempts and findings. `empty` passed and found
 * nothing to look at: it holds nothing up, and shows nothing.
 */
export const CheckState = z.enum([
  'passed',
  'failed',
  'unknown',
  'flaky',
  'not-run',
  'not-applicable',
  'empty',
]);
export type CheckState = z.infer<typeof CheckState>;

/** `blocking` checks decide; `advisory` ones are shown. */
export const Severity = z.enum(['blocking', 'advisory']);
export type Severity = z.infer<typeof Severity>;

/** The answer to "may traffic stay on the new system?". */
export const Decision = z.enum(['GO', 'NO_GO', 'INCONCLUSIVE']);
export type Decision = z.infer<typeof Decision>;

/** When a run happens, relative to the cut-over. Selects checks and policy; it is not a Playwright project. */
export const Phase = z.enum([
  'preflight',
  'cutover',
  'post-cutover',
  'canary',
  'synthetic',
  'watch',
  'rollback',
]);
export type Phase = z.infer<typeof Phase>;

/** The Playwright projects, in the order in which they run. */
export const Project = z.enum(['readiness', 'suites', 'data-checks', 'load']);
export type Project = z.infer<typeof Project>;

const RANK: Record<Outcome, number> = { pass: 0, 'not-applicable': 1, unknown: 2, fail: 3 };

/** The worst of several outcomes (`fail` > `unknown` > `not-applicable` > `pass`); nothing at all is `unknown`. */
export function worstOutcome(outcomes: readonly Outcome[]): Outcome {
  return (
    outcomes.reduce<Outcome | undefined>(
      (worst, outcome) => (worst === undefined || RANK[outcome] > RANK[worst] ? outcome : worst),
      undefined,
    ) ?? 'unknown'
  );
}

const DECISION_OF: Record<Outcome, Decision> = {
  pass: 'GO',
  fail: 'NO_GO',
  unknown: 'INCONCLUSIVE',
  // Nothing was looked at; that it may be so is for a policy to say.
  'not-applicable': 'INCONCLUSIVE',
};

/** What several statements come to that all decide: the worst of them. */
export function decisionOf(outcomes: readonly Outcome[]): Decision {
  return DECISION_OF[worstOutcome(outcomes)];
}
