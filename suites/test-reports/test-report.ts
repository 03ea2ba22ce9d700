/**
 * What one test of somebody else's suite came to. `failed`: what it says about the product does not hold. `broken`: it
 * ended without saying anything about it: a throw that is no assertion, a time-out, a crash.
 */
export type ForeignOutcome = 'passed' | 'failed' | 'broken' | 'flaky' | 'skipped' | 'failed-as-expected';

export interface ForeignTest {
  readonly name: string;
  readonly outcome: ForeignOutcome;
  /** The first line of what it said, without colours; of one that did not pass. */
  readonly message?: string | undefined;
}

/** A test that ran out of time says nothing that was wrong; some formats write it as a failure all the same. */
export function ranOutOfTime(message: string | undefined | null): boolean {
  return /^(?:\w*Error: )?(?:Test timeout of|Exceeded timeout|Timeout of \d+ ?ms exceeded)/i.test(
    message ?? '',
  );
}

/** A report of a test suite, whatever its format. */
export interface TestReport {
  readonly tests: readonly ForeignTest[];
  /** What broke outside of any test, such as a set-up. */
  readonly errors: readonly string[];
  /** When it says that its tests began, in milliseconds since 1970. */
  readonly startedAt?: number | undefined;
  /** How many tests it says to have, where it says so apart from the tests. */
  readonly saidTests?: number | undefined;
}
