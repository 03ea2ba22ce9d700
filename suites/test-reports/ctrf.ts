import { z } from 'zod';
import { firstLine } from '../cannot-tell.ts';
import type { ForeignOutcome, ForeignTest, TestReport } from './test-report.ts';

/** The parts of CTRF (ctrf.io) that say what the tests came to; others may come and go. */
const Ctrf = z.object({
  results: z.object({
    summary: z.object({ tests: z.number().int().nonnegative(), start: z.number().optional() }),
    tests: z.array(
      z.object({
        name: z.string(),
        status: z.enum(['passed', 'failed', 'skipped', 'pending', 'other']),
        message: z.string().nullish(),
        flaky: z.boolean().optional(),
      }),
    ),
  }),
});

type CtrfTest = z.infer<typeof Ctrf>['results']['tests'][number];

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
    errors: [],
    saidTests: summary.tests,
    // Some writers leave 0 where they do not know.
    startedAt: summary.start === 0 ? undefined : summary.start,
  };
}

function testOf({ name, status, flaky, message }: CtrfTest): ForeignTest {
  return {
    name,
    outcome: status === 'passed' && flaky === true ? 'flaky' : OUTCOME[status],
    message: typeof message === 'string' ? firstLine(message) : undefined,
  };
}
