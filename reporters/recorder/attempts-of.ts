import { relative } from 'node:path';
import type { TestCase, TestResult } from '@playwright/test/reporter';
import type { Attempt, AttemptError, Fault } from '../../contract/evidence/evidence.ts';
import type { Finding } from '../../contract/evidence/finding.ts';
import { classifyErrors } from '../classify.ts';
import { readAttachments } from './attachments.ts';
import { keptFiles } from './kept-files.ts';
import { projectOf } from './check-of.ts';
import { comparisonsIn, snapshotComparison } from './comparisons.ts';
import type { FirstReadings, Reading } from './first-reading.ts';
import { looseEnd } from './loose-ends.ts';
import { withPageSteps } from './page-steps.ts';

/** All that one test left, try by try. */
export interface RecordedTest {
  readonly attempts: readonly Attempt[];
  readonly faults: readonly Fault[];
}

/** What the recorder knows of a session besides its tests. */
export interface SeenSession {
  readonly index: number;
  /** ISO. */
  readonly startedAt: string;
  /** Results for which Playwright said that the test ended. */
  readonly ended: ReadonlySet<TestResult>;
  readonly readings: FirstReadings;
  /** What the configuration does with comparisons with snapshots. */
  readonly updateSnapshots: string | undefined;
  /** When a test was allowed to start, ISO: Playwright's own start of one that waited is earlier. */
  readonly notBefore: (test: TestCase) => string | undefined;
  /** Of the run; absent where Playwright was started by hand. */
  readonly runDirectory: string | undefined;
}

/**
 * Turns the results of a test into attempts. A test without any result was announced and never started, which
 * Playwright calls "skipped", as it does with one that was cut off: only the results tell them apart.
 */
export function attemptsOf(test: TestCase, check: string, session: SeenSession): RecordedTest {
  const common = { check, project: projectOf(test), title: test.title, session: session.index };
  if (test.results.length === 0) {
    const never: Attempt = {
      ...common,
      retry: 0,
      status: 'no-result',
      startedAt: session.startedAt,
      durationMs: 0,
      errors: [other('was announced and never started')],
      findings: [],
      comparisons: 0,
      control: 'not-asked',
    };
    return { attempts: [never], faults: [] };
  }
  const faults: Fault[] = [];
  const noSnapshots = snapshotsSwitchedOff(test, session);
  const attempts = test.results.map((shared): Attempt => {
    const result = session.readings.of(shared);
    const changed = session.readings.changed(shared);
    if (changed !== undefined) {
      const message = `another reporter changed ${check} from "${changed.from}" to "${changed.to}"; what Playwright said counts`;
      faults.push({ kind: 'reporter', message, check });
    }
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
    const status = statusOf(test, result, session.ended.has(shared));
    const files = keptFiles(result.attachments, session.runDirectory);
    return {
      ...common,
      retry: result.retry,
      status,
      startedAt: later(isoTime(result.startTime, session.startedAt), session.notBefore(test)),
      durationMs: Math.max(0, result.duration),
      errors: [...noteOf(result, status, noSnapshots), ...placedErrors(result, own)],
      findings: own.map((finding) => withPageSteps(finding, result.steps)),
      comparisons: comparisonsIn(result.steps),
      control,
      ...(files.length > 0 && { files: [...files] }),
    };
  });
  return { attempts, faults };
}

/** With the place in the user's own file: of a finding of ours the place says nothing. */
function placedErrors({ errors, steps }: Reading, own: readonly Finding[]): readonly AttemptError[] {
  return classifyErrors(errors, steps, own).map((error, index) => {
    const at = error.kind === 'finding' ? undefined : placeOf(errors[index]?.stack);
    return at === undefined ? error : { ...error, at };
  });
}

/**
 * The innermost line of the user on the stack, seen from where Playwright was started: its configuration lies there.
 * Playwright adds a place of its own only after the first reading.
 */
function placeOf(stack = ''): string | undefined {
  for (const line of stack.split('\n')) {
    const found = /^\s+at .*?((?:\/|[A-Za-z]:[\\/]).*):(\d+):\d+\)?$/.exec(line);
    const [, file, number] = found ?? [];
    if (file === undefined || /[\\/]node_modules[\\/]/.test(file)) continue;
    const seen = relative(process.cwd(), file);
    return `${seen.startsWith('..') ? file : seen}:${number}`;
  }
  return undefined;
}

const STATUS: Record<TestResult['status'], Attempt['status']> = {
  passed: 'passed',
  failed: 'failed',
  timedOut: 'timed-out',
  skipped: 'skipped',
  interrupted: 'interrupted',
};

function statusOf(test: TestCase, result: Reading, ended: boolean): Attempt['status'] {
  if (result.status === 'interrupted') return 'interrupted';
  if (!ended) return 'no-result';
  // test.fail(): whether it then fails or passes, its author expects it to be broken.
  const expectsFailure = test.expectedStatus === 'failed' || has(test, result, 'fail');
  if (expectsFailure && result.status !== 'skipped') return 'expected-failure';
  return STATUS[result.status];
}

function has(test: TestCase, result: Reading, type: string): boolean {
  return [...test.annotations, ...result.annotations].some((annotation) => annotation.type === type);
}

/** Why a test did not run, in the words of its author; or why its pass is none. */
function noteOf(
  result: Reading,
  status: Attempt['status'],
  noSnapshots: string | undefined,
): readonly AttemptError[] {
  if (status === 'no-result') return [other('was started and never ended')];
  if (status === 'passed') {
    const snapshot = noSnapshots === undefined ? undefined : snapshotComparison(result.steps);
    const problem =
      looseEnd(result.steps) ?? (snapshot && `${snapshot.title} compared nothing: ${noSnapshots}`);
    return problem === undefined ? [] : [other(problem)];
  }
  if (status !== 'skipped') return [];
  const marks = result.annotations.filter(({ type }) => type === 'skip' || type === 'fixme');
  return marks
    .slice(0, 1)
    .map(({ type, description }) => other(description ? `${type}: ${description}` : type));
}

/** Why comparisons with snapshots hold whatever the target shows; undefined where they compare. */
function snapshotsSwitchedOff(test: TestCase, { updateSnapshots }: SeenSession): string | undefined {
  if (test.parent.project()?.ignoreSnapshots === true) {
    return 'the Playwright configuration says ignoreSnapshots: take that out';
  }
  return updateSnapshots === 'all' || updateSnapshots === 'changed'
    ? `snapshots are overwritten with what is seen (updateSnapshots: ${updateSnapshots}): take that out`
    : undefined;
}

function other(message: string): AttemptError {
  return { message, kind: 'other' };
}

function isoTime(time: Date, fallback: string): string {
  return Number.isNaN(time.getTime()) ? fallback : time.toISOString();
}

function later(one: string, other: string | undefined): string {
  return other === undefined || Date.parse(one) >= Date.parse(other) ? one : other;
}
