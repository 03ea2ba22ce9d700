import { z } from 'zod';

/** What became of one test of a user's spec. */
export const SpecOutcome = z.enum([
  'passed',
  'failed',
  'flaky',
  'unknown',
  /** `test.fail()`, and it did fail. */
  'expected-failure',
  'skipped',
  'not-run',
]);
export type SpecOutcome = z.infer<typeof SpecOutcome>;

/** One test of a user's spec. */
export const SpecTest = z.strictObject({
  /** With the titles of what it stands in: `basket › keeps its content`. */
  title: z.string(),
  /** Playwright's project of the user's configuration; empty where that names none. */
  project: z.string(),
  /** `e2e/basket.spec.ts:12`, seen from the configuration. */
  at: z.string(),
  outcome: SpecOutcome,
  /** Why it is not passed: the first error, or the reason of a skip. */
  error: z.string().optional(),
});
export type SpecTest = z.infer<typeof SpecTest>;

/** What the tests of a user's spec came to. */
export const SpecReport = z.strictObject({
  /** As the plan names them. */
  files: z.array(z.string()),
  /** Addresses that the configuration names (`baseURL`). None: the tests name them themselves, and nobody knows which. */
  addresses: z.array(z.string()),
  counts: z.record(SpecOutcome, z.number().int().nonnegative()),
  /** The first ones only, those first that did not pass; the numbers above are complete. */
  tests: z.array(SpecTest),
  more: z.number().int().nonnegative(),
});
export type SpecReport = z.infer<typeof SpecReport>;

/** Whether a test leaves a spec its pass. */
export const SPEC_OUTCOME_HOLDS: Record<SpecOutcome, boolean> = {
  passed: true,
  'expected-failure': true,
  // Whether it may be is for the check to say; a report that says pass has asked it.
  skipped: true,
  failed: false,
  flaky: false,
  unknown: false,
  'not-run': false,
};
