import { z } from 'zod';
import { firstLine } from '../cannot-tell.ts';
import { withoutColours } from '../words.ts';
import type { ForeignOutcome, ForeignTest, TestReport } from './test-report.ts';

const Failure = z.object({ message: z.string().optional(), value: z.string().optional() });

const Result = z.object({
  status: z.enum(['passed', 'failed', 'timedOut', 'skipped', 'interrupted']).optional(),
  error: Failure.optional(),
  errors: z.array(Failure).optional(),
});

const Test = z.object({
  projectName: z.string().optional(),
  expectedStatus: z.string(),
  status: z.enum(['skipped', 'expected', 'unexpected', 'flaky']),
  results: z.array(Result),
});
type Test = z.infer<typeof Test>;

const Spec = z.object({ title: z.string(), tests: z.array(Test) });

interface Suite {
  readonly title: string;
  readonly specs?: readonly z.infer<typeof Spec>[] | undefined;
  readonly suites?: readonly Suite[] | undefined;
}
const Suite: z.ZodType<Suite> = z.object({
  title: z.string(),
  specs: z.array(Spec).optional(),
  get suites() {
    return z.array(Suite).optional();
  },
});

/** The parts of Playwright's JSON report (`--reporter=json`) that say what the tests came to. */
const PlaywrightJson = z.object({
  suites: z.array(Suite),
  errors: z.array(Failure),
  stats: z.object({
    startTime: z.string(),
    expected: z.number(),
    unexpected: z.number(),
    skipped: z.number(),
    flaky: z.number(),
  }),
});

/** An `expect` that does not hold, as Playwright's messages begin: `expect(locator).toBeVisible() failed`. */
const ASSERTION = /\bexpect(?:\.\w+)?\(/;

/** Reads what Playwright's JSON reporter wrote. @throws ZodError where it is nothing of that kind */
export function readPlaywrightJson(document: unknown): TestReport {
  const { suites, errors, stats } = PlaywrightJson.parse(document);
  const startedAt = Date.parse(stats.startTime);
  return {
    tests: suites.flatMap((suite) => testsIn(suite, [])),
    errors: errors.map(messageOf),
    saidTests: stats.expected + stats.unexpected + stats.skipped + stats.flaky,
    startedAt: Number.isNaN(startedAt) ? undefined : startedAt,
  };
}

function testsIn(suite: Suite, above: readonly string[]): readonly ForeignTest[] {
  const path = suite.title === '' ? above : [...above, suite.title];
  return [
    ...(suite.specs ?? []).flatMap(({ title, tests }) =>
      tests.map((test): ForeignTest => {
        const project = test.projectName ? `[${test.projectName}] ` : '';
        return { name: `${project}${[...path, title].join(' › ')}`, ...whatItSays(test) };
      }),
    ),
    ...(suite.suites ?? []).flatMap((inner) => testsIn(inner, path)),
  ];
}

function whatItSays(test: Test): { readonly outcome: ForeignOutcome; readonly message?: string } {
  const last = test.results.at(-1);
  const failures = last === undefined ? [] : (last.errors ?? (last.error === undefined ? [] : [last.error]));
  const [first] = failures;
  const message = first === undefined ? undefined : firstLine(messageOf(first));
  const saying = (outcome: ForeignOutcome): { outcome: ForeignOutcome; message?: string } =>
    message === undefined ? { outcome } : { outcome, message };
  switch (test.status) {
    case 'skipped':
      // One that was interrupted before it began is called so as well.
      return saying(last?.status === 'interrupted' ? 'broken' : 'skipped');
    case 'flaky':
      return saying('flaky');
    case 'expected':
      return saying(test.expectedStatus === 'passed' ? 'passed' : 'failed-as-expected');
    case 'unexpected':
      // Of several errors the assertion is about the product, whatever a fixture said afterwards.
      return saying(
        last?.status === 'failed' && failures.some((one) => ASSERTION.test(messageOf(one)))
          ? 'failed'
          : 'broken',
      );
  }
}

function messageOf({ message, value }: z.infer<typeof Failure>): string {
  return withoutFrame(withoutColours(message ?? value ?? ''));
}

/** Playwright puts the lines around the place below the message: an `expect` that stands near is none that failed. */
function withoutFrame(text: string): string {
  return text.split(/\n\s*(?:>\s*)?\d+ \|/, 1)[0]?.split(/\n\s+at /, 1)[0] ?? text;
}
