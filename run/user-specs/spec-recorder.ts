import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import type {
  FullConfig,
  FullResult,
  Reporter,
  Suite,
  TestCase,
  TestError,
  TestResult,
} from '@playwright/test/reporter';
import {
  type RecordedSpecTest,
  SPEC_ORDER_ENV,
  SpecOrder,
  type SpecRecord,
} from '../../contract/evidence/spec-record.ts';
import type { Attempt } from '../../contract/evidence/evidence.ts';
import type { ControlAnswer } from '../../contract/events/situation.ts';
import { CHECK_ANNOTATION } from '../../contract/plan/check-id.ts';
import { writeFileAtomically } from '../../host/atomic-write.ts';
import { textOf } from '../../reporters/classify.ts';
import { attemptsOf, type SeenSession } from '../../reporters/recorder/attempts-of.ts';
import { projectOf } from '../../reporters/recorder/check-of.ts';
import { firstReadings } from '../../reporters/recorder/first-reading.ts';
import { askControl } from '../../safety/ask-control.ts';
import { hasNoAnswer } from './no-answer.ts';
import { isNamedProject } from './project-name.ts';

/** Between two records during the run: a Playwright that is killed leaves what it knew. */
const WRITE_EVERY_MS = 1000;

/**
 * Our reporter in a Playwright of the user's, beside those of the user's configuration: writes what the tests of one
 * check came to. It says `final` only after Playwright has asked its last reporter to exit.
 */
export default class SpecRecorder implements Reporter {
  private readonly order = orderOf(process.env[SPEC_ORDER_ENV]);
  private readonly ended = new Set<TestResult>();
  private readonly readings = firstReadings();
  private readonly startedAt = new Date().toISOString();
  private readonly errors: string[] = [];
  private config: FullConfig | undefined;
  private root: Suite | undefined;
  private status: FullResult['status'] | null = null;
  private lastWrite = 0;
  /** Whether our own network worked when a test got no answer, asked at that moment. */
  private readonly controls = new Map<TestResult, ControlAnswer>();
  private readonly asking: Promise<void>[] = [];

  /** Reporters that print are the user's. */
  printsToStdio(): boolean {
    return false;
  }

  onBegin(config: FullConfig, suite: Suite): void {
    this.config = config;
    this.root = suite;
    this.write(false);
  }

  onTestBegin(_test: TestCase, result: TestResult): void {
    this.readings.watch(result);
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    this.ended.add(result);
    if (this.gotNoAnswer(test, result)) this.asking.push(this.askControlFor(result));
    if (Date.now() - this.lastWrite >= WRITE_EVERY_MS) this.write(false);
  }

  onError(error: TestError): void {
    this.errors.push(textOf(error));
  }

  onEnd(result: FullResult): void {
    this.status = result.status;
    this.write(false);
  }

  async onExit(): Promise<void> {
    await Promise.all(this.asking);
    this.write(this.status !== null);
  }

  private gotNoAnswer(test: TestCase, result: TestResult): boolean {
    if (this.order.control === undefined) return false;
    const { attempts } = attemptsOf(test, this.order.check, this.session());
    return hasNoAnswer(attempts[test.results.indexOf(result)]);
  }

  private async askControlFor(result: TestResult): Promise<void> {
    this.controls.set(result, await askControl(this.order.control));
  }

  private write(final: boolean): void {
    this.lastWrite = Date.now();
    writeFileAtomically(this.order.record, JSON.stringify(this.record(final)));
  }

  private record(final: boolean): SpecRecord {
    const addresses = new Set<string>();
    const tests: RecordedSpecTest[] = [];
    const others: string[] = [];
    const errors = [...this.errors];
    const setUps = this.setUps();
    for (const test of this.root?.allTests() ?? []) {
      const file = fileOf(test);
      const paths = this.order.paths.filter((one) => isIn(file, one));
      if (paths.length === 0 || setUps.has(projectOf(test))) {
        // A set-up beside the tests that was skipped was meant to be run.
        const leftOut = paths.length > 0 && test.outcome() === 'skipped';
        if (test.results.length > 0 && (!test.ok() || leftOut)) others.push(shownOther(test));
        continue;
      }
      // Where the configuration names none, that of its `webServer`: Playwright puts it into this process.
      const baseUrl = test.parent.project()?.use.baseURL ?? process.env['PLAYWRIGHT_TEST_BASE_URL'];
      if (baseUrl !== undefined) addresses.add(baseUrl);
      const own = test.annotations.find(({ type }) => type === CHECK_ANNOTATION)?.description;
      if (own !== undefined) {
        errors.push(`${own} is a check of a plan, and no test of an existing spec`);
        continue;
      }
      const { attempts, faults } = attemptsOf(test, this.order.check, this.session());
      errors.push(...faults.map(({ message }) => message));
      tests.push({
        title: test.titlePath().slice(3).join(' › '),
        project: projectOf(test),
        at: `${shownPath(test.location.file)}:${test.location.line}`,
        paths,
        failedAsExpected: this.failedAsExpected(test),
        attempts: attempts.map((attempt, index) => this.withControl(attempt, test.results[index])),
      });
    }
    const { status } = this;
    const shard = this.config?.shard != null;
    return {
      schema: 'greenlight/spec-record@1',
      final,
      status,
      shard,
      failsOnFlaky: this.config?.failOnFlakyTests === true,
      addresses: [...addresses],
      tests,
      errors,
      others,
    };
  }

  private withControl(attempt: Attempt, result: TestResult | undefined): Attempt {
    if (this.order.control === undefined || attempt.control !== 'not-asked' || !hasNoAnswer(attempt))
      return attempt;
    // An answer that has not come yet vouches for nothing.
    return { ...attempt, control: (result && this.controls.get(result)) ?? 'silent' };
  }

  /** Projects that others depend on. What they do is no part of the check, wherever their files lie. */
  private setUps(): ReadonlySet<string> {
    const projects = this.config?.projects ?? [];
    const named = projects.flatMap(({ dependencies, teardown }) => [
      ...dependencies,
      ...(teardown === undefined ? [] : [teardown]),
    ]);
    return new Set(
      named.filter((name) => !this.order.projects.some((wanted) => isNamedProject(name, wanted))),
    );
  }

  /** As Playwright means it: a time-out, or no failure at all, is not what was expected. */
  private failedAsExpected(test: TestCase): boolean | null {
    const last = test.results.at(-1);
    if (test.expectedStatus !== 'failed' || last === undefined) return null;
    return this.ended.has(last) && this.readings.of(last).status === 'failed';
  }

  private session(): SeenSession {
    return {
      index: 0,
      startedAt: this.startedAt,
      // What the user's own configuration leaves lies where that says; it is not part of the report.
      runDirectory: undefined,
      ended: this.ended,
      readings: this.readings,
      updateSnapshots: this.config?.updateSnapshots,
      notBefore: () => undefined,
    };
  }
}

function orderOf(file: string | undefined): SpecOrder {
  if (file === undefined) throw new Error(`${SPEC_ORDER_ENV} names no file`);
  return SpecOrder.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** The spec file. The place of a test may be another one: that of a function of the user's that makes tests. */
function fileOf(test: TestCase): string {
  for (let suite: Suite | undefined = test.parent; suite !== undefined; suite = suite.parent) {
    if (suite.type === 'file') return suite.location?.file ?? test.location.file;
  }
  return test.location.file;
}

function isIn(file: string, path: string): boolean {
  return file === path || file.startsWith(`${path}${sep}`);
}

function shownPath(file: string): string {
  const seen = relative(process.cwd(), file);
  return (seen.startsWith('..') ? file : seen).replaceAll(sep, '/');
}

function shownOther(test: TestCase): string {
  const error = test.results.flatMap(({ errors }) => errors).at(0);
  const why = error === undefined ? '' : `: ${textOf(error).split('\n', 1)[0]}`;
  return `${test.titlePath().slice(1).filter(Boolean).join(' › ')}${why}`;
}
