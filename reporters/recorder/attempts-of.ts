import type { TestCase, TestResult } from '@playwright/test/reporter';
import type { Attempt, AttemptError, Fault } from '../../contract/evidence.ts';
import { classifyErrors, comparisonsIn } from '../classify.ts';
import { readAttachments } from './attachments.ts';
import { projectOf } from './check-of.ts';
import { looseEnd } from './loose-ends.ts';

/** All that one test left, try by try. */
export interface RecordedTest {
  readonly attempts: readonly Attempt[];
  readonly faults: readonly Fault[];
}

/**
 * Turns the results of a test into attempts. A test without any result was announced and never started, which
 * Playwright calls "skipped", as it does with one that was cut off: only the results tell them apart.
 * @param ended results for which Playwright said that the test ended
 */
export function attemptsOf(
  test: TestCase,
  check: string,
  session: number,
  ended: ReadonlySet<TestResult>,
  sessionStart: string,
): RecordedTest {
  const common = { check, project: projectOf(test), title: test.title, session };
  if (test.results.length === 0) {
    const never: Attempt = {
      ...common,
      retry: 0,
      status: 'no-result',
      startedAt: sessionStart,
      durationMs: 0,
      errors: [other('was announced and never started')],
      findings: [],
      comparisons: 0,
      control: 'not-asked',
    };
    return { attempts: [never], faults: [] };
  }
  const faults: Fault[] = [];
  const attempts = test.results.map((result): Attempt => {
    const { findings, control, problems } = readAttachments(result.attachments);
    const own = findings.filter((finding) => finding.check === check);
    for (const message of problems) faults.push({ kind: 'reporter', message: `${check}: ${message}`, check });
    for (const finding of findings) {
      if (finding.check === check) continue;
      faults.push({
        kind: 'unexpected-check',
        message: `${check} recorded a finding about ${finding.check}`,
        check: finding.check,
      });
    }
    const status = statusOf(test, result, ended.has(result));
    return {
      ...common,
      retry: result.retry,
      status,
      startedAt: isoTime(result.startTime, sessionStart),
      durationMs: Math.max(0, result.duration),
      errors: [...noteOf(result, status), ...classifyErrors(result.errors, result.steps, own)],
      findings: own,
      comparisons: comparisonsIn(result.steps),
      control,
    };
  });
  return { attempts, faults };
}

const STATUS: Record<TestResult['status'], Attempt['status']> = {
  passed: 'passed',
  failed: 'failed',
  timedOut: 'timed-out',
  skipped: 'skipped',
  interrupted: 'interrupted',
};

function statusOf(test: TestCase, result: TestResult, ended: boolean): Attempt['status'] {
  if (result.status === 'interrupted') return 'interrupted';
  if (!ended) return 'no-result';
  // test.fail(): whether it then fails or passes, its author expects it to be broken.
  const expectsFailure = test.expectedStatus === 'failed' || has(test, result, 'fail');
  if (expectsFailure && result.status !== 'skipped') return 'expected-failure';
  return STATUS[result.status];
}

function has(test: TestCase, result: TestResult, type: string): boolean {
  return [...test.annotations, ...result.annotations].some((annotation) => annotation.type === type);
}

/** Why a test did not run, in the words of its author; or why its pass is none. */
function noteOf(result: TestResult, status: Attempt['status']): readonly AttemptError[] {
  if (status === 'no-result') return [other('was started and never ended')];
  if (status === 'passed') {
    const problem = looseEnd(result.steps);
    return problem === undefined ? [] : [other(problem)];
  }
  if (status !== 'skipped') return [];
  const marks = result.annotations.filter(({ type }) => type === 'skip' || type === 'fixme');
  return marks
    .slice(0, 1)
    .map(({ type, description }) => other(description ? `${type}: ${description}` : type));
}

function other(message: string): AttemptError {
  return { message, kind: 'other' };
}

function isoTime(time: Date, fallback: string): string {
  return Number.isNaN(time.getTime()) ? fallback : time.toISOString();
}
