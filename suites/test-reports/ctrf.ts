import { z } from 'zod';
import { firstLine } from '../cannot-tell.ts';
import { type ForeignOutcome, type ForeignTest, ranOutOfTime, type TestReport } from './test-report.ts';

/** The parts of CTRF (ctrf.io) that say what the tests came to; others may come and go. */
const Ctrf = z.object({
  results: z.object({
    summary: z.object({
      tests: z.number().int().nonnegative(),
      failed: z.number().int().nonnegative().optional(),
      start: z.number().optional(),
    }),
    tests: z.array(
      z.object({
        name: z.string(),
        status: z.enum(['passed', 'failed', 'skipped', 'pending', 'other']),
        /** As its runner called it. */
        rawStatus: z.string().nullish(),
        message: z.string().nullish(),
        flaky: z.boolean().optional(),
      }),
    ),
  }),
});

type CtrfTest = z.infer<typeof Ctrf>['results']['tests'][number];

/** What runners say of a test that said nothing about the product. */
const NO_WORD_OF_ITS_OWN = /^(?:timed ?out|interrupted|broken|errored|crashed)$/i;

/** CTRF has one word for what failed: it does not tell assertions from crashes. `other` is whatever has no word. */
const OUTCOME: Readonly<Record<CtrfTest['status'], ForeignOutcome>> = {
  passed: 'passed',
  failed: 'failed',
  skipped: 'skipped',
  pending: 'skipped',
  other: 'broken',
};

/** Reads a report in the Common Test Report Format. @throws ZodError where it is none */
export function readCtrf(document: unknown): TestReport {
  const { summary, tests } = Ctrf.parse(document).results;
  return {
    tests: tests.map(testOf),
    // A list that leaves out what its own summary counts as failed.
    errors:
      (summary.failed ?? 0) > tests.filter(({ status }) => status === 'failed').length
        ? [`its summary counts ${summary.failed} failed tests, and its list has fewer`]
        : [],
    saidTests: summary.tests,
    // Some writers leave 0 where they do not know.
    startedAt: summary.start === 0 ? undefined : summary.start,
  };
}

function testOf({ name, status, rawStatus, flaky, message }: CtrfTest): ForeignTest {
  const says =
    status === 'failed' && (NO_WORD_OF_ITS_OWN.test(rawStatus ?? '') || ranOutOfTime(message))
      ? 'broken'
      : OUTCOME[status];
  return {
    name,
    outcome: status === 'passed' && flaky === true ? 'flaky' : says,
    message: typeof message === 'string' ? firstLine(message) : undefined,
  };
}
