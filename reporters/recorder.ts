import { join, resolve } from 'node:path';
import type {
  FullConfig,
  FullResult,
  Reporter,
  Suite,
  TestCase,
  TestError,
  TestResult,
} from '@playwright/test/reporter';
import type { Attempt, Fault } from '../contract/evidence/evidence.ts';
import { type Fragment, fragmentName } from '../contract/evidence/fragment.ts';
import { Project } from '../contract/evidence/outcome.ts';
import type { RunContext } from '../contract/evidence/run-context.ts';
import { learnSecretsOfRun } from '../safety/learn-secrets.ts';
import { processSecrets } from '../safety/process-secrets.ts';
import { createRedactor, type Redactor } from '../safety/redactor.ts';
import { loadRunContext } from '../host/run-context.ts';
import { textOf } from './classify.ts';
import { attemptsOf, type SeenSession } from './recorder/attempts-of.ts';
import { checkOf } from './recorder/check-of.ts';
import { firstReadings } from './recorder/first-reading.ts';
import { HeldStages } from './recorder/held-stages.ts';
import { writeFileAtomically } from '../host/atomic-write.ts';
import { sendProgress } from '../host/progress-pipe.ts';

/** Where fragments go when Playwright was started by hand. */
const BY_HAND = join('test-results', 'greenlight');
/** Between two fragments during the run: enough that a run that is killed leaves what it knew. */
const WRITE_EVERY_MS = 1000;

type Mode = 'test' | 'list' | 'merge';

/**
 * Playwright reporter that writes what a session saw as a fragment. The fragment says `final` only after Playwright
 * has asked its last reporter to exit: a reporter of someone else that hangs or ends the process leaves it open.
 */
export default class Recorder implements Reporter {
  private readonly context: RunContext | undefined;
  private readonly file: string;
  private readonly mode: Mode;
  private readonly redactor: Redactor;
  private readonly onProcessExit = (code: number): void => this.guard(code);
  private root: Suite | undefined;
  private readonly ended = new Set<TestResult>();
  private readonly readings = firstReadings();
  private readonly stages: HeldStages;
  private updateSnapshots: string | undefined;
  private readonly endedTests = new Set<string>();
  private faults: Fault[] = [];
  private projects: Project[] = [];
  private startedAt = new Date().toISOString();
  private endedAt: string | null = null;
  private status: FullResult['status'] | null = null;
  private lastWrite = 0;
  private done = false;

  constructor(options: { readonly _mode?: Mode } = {}) {
    this.context = loadRunContext();
    this.mode = options._mode ?? 'test';
    this.stages = new HeldStages(this.context, (through) => this.tellEnded(through));
    // Of its own: it reads what Playwright says before the redacting reporter has been there.
    this.redactor = createRedactor({ values: processSecrets() });
    const directory = this.context?.runDirectory ?? BY_HAND;
    this.file = resolve(directory, fragmentName(this.context?.session ?? 0));
    if (!this.records()) return;
    if (this.mode !== 'test')
      this.fault('runner', `Playwright was started to ${this.mode} tests, not to run them`);
    // Before anything of the user's can run: a set-up that ends the process must not leave an older fragment behind.
    this.write(false);
    process.on('exit', this.onProcessExit);
    // Playwright dies at once on these and tells no reporter; as SIGINT they end in an orderly way.
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => process.kill(process.pid, 'SIGINT'));
    }
  }

  /** Reporters that print are asked for by others. */
  printsToStdio(): boolean {
    return false;
  }

  async preprocess(found: Parameters<NonNullable<Reporter['preprocess']>>[0]): Promise<void> {
    this.stages.prepare(found);
    // The redacting reporter says so where the plan cannot be read.
    await learnSecretsOfRun(this.redactor).catch(() => undefined);
  }

  onBegin(config: FullConfig, suite: Suite): void {
    this.root = suite;
    this.updateSnapshots = config.updateSnapshots;
    const ours = config.projects.map(({ name }) => Project.safeParse(name));
    this.projects = ours.flatMap((parsed) => (parsed.success ? [parsed.data] : []));
    this.write(false);
    this.stages.begin(suite);
  }

  onTestBegin(_test: TestCase, result: TestResult): void {
    this.readings.watch(result);
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    this.ended.add(result);
    this.endedTests.add(test.id);
    if (Date.now() - this.lastWrite >= WRITE_EVERY_MS) this.write(false);
    this.stages.ended(test);
  }

  onError(error: TestError): void {
    this.fault(/Timed out waiting .* for /.test(textOf(error)) ? 'deadline' : 'runner', textOf(error));
  }

  onEnd(result: FullResult): void {
    this.status = result.status;
    this.endedAt = new Date().toISOString();
    this.write(false);
  }

  async onExit(): Promise<void> {
    this.done = true;
    process.removeListener('exit', this.onProcessExit);
    this.write(this.mode === 'test' && this.status !== null);
  }

  /** Who lists or merges by hand gets no fragment; under a run it must be seen that nothing was run. */
  private records(): boolean {
    return this.mode === 'test' || this.context !== undefined;
  }

  private fault(kind: Fault['kind'], message: string): void {
    this.faults.push({ kind, message });
  }

  /** The process ends although Playwright has not come to its end. */
  private guard(code: number): void {
    if (this.done) return;
    this.fault('reporter', `the process ended with code ${code} before Playwright had told its reporters so`);
    try {
      this.write(false);
    } catch (error) {
      // The fragment that stands there is not final either, so nothing is lost but the explanation.
      process.stderr.write(`greenlight: ${this.file} could not be written: ${String(error)}\n`);
    }
    if (code === 0) process.exitCode = 1;
  }

  private write(final: boolean): void {
    if (!this.records()) return;
    this.lastWrite = Date.now();
    writeFileAtomically(this.file, `${JSON.stringify(this.fragment(final), null, 2)}\n`);
  }

  private fragment(final: boolean): Fragment {
    const tests = this.root?.allTests() ?? [];
    const { attempts, faults } = this.recorded(tests);
    return {
      schema: 'greenlight/fragment@1',
      run: this.context?.id ?? 'by-hand',
      session: this.context?.session ?? 0,
      final,
      stages: this.stages.count,
      report: {
        projects: this.projects,
        startedAt: this.startedAt,
        endedAt: this.endedAt,
        status: this.status,
        announced: tests.length,
        ended: this.endedTests.size,
      },
      attempts: this.redactor.deep(attempts),
      faults: this.redactor.deep([...this.faults, ...faults]),
    };
  }

  /** Without an answer the rest would wait until the deadline of the run: where nobody can be told, Playwright ends. */
  private tellEnded(through: number): void {
    const giveUp = (why: string): void => {
      this.fault('runner', `the run could not be told that a stage had ended: ${why}`);
      process.kill(process.pid, 'SIGINT');
    };
    try {
      this.write(false);
    } catch (error) {
      giveUp(String(error));
      return;
    }
    // First those that show progress are told of the last end.
    setImmediate(() => {
      if (!sendProgress({ type: 'stages-ended', through })) giveUp('the pipe to it is closed');
    });
  }

  /** The run names it, and why, among the checks that were not started. Whatever ran all the same is recorded. */
  private wasLeftOut(test: TestCase, check: string): boolean {
    if (!this.stages.isOrdered(test)) return false;
    const word = this.stages.wordFor(test);
    if (word === undefined) return test.results.length === 0;
    const skipped = test.results.every((result) => this.readings.of(result).status === 'skipped');
    return skipped && word.refused.includes(check);
  }

  private recorded(tests: readonly TestCase[]): { attempts: Attempt[]; faults: Fault[] } {
    const attempts: Attempt[] = [];
    const faults: Fault[] = [];
    const owners = new Map<string, string>();
    const session: SeenSession = {
      index: this.context?.session ?? 0,
      startedAt: this.startedAt,
      ended: this.ended,
      readings: this.readings,
      updateSnapshots: this.updateSnapshots,
      notBefore: (test) => this.stages.wordFor(test)?.at,
      runDirectory: this.context?.runDirectory,
    };
    for (const test of tests) {
      const identity = checkOf(test);
      if (identity.kind === 'foreign') continue;
      if (identity.kind === 'wrong') {
        faults.push({ kind: 'unexpected-check', message: identity.problem });
        continue;
      }
      const owner = owners.get(identity.id);
      if (owner !== undefined && owner !== test.id) {
        const message = `${identity.id} is the id of more than one test`;
        faults.push({ kind: 'duplicate-check', message, check: identity.id });
      }
      owners.set(identity.id, test.id);
      if (this.wasLeftOut(test, identity.id)) continue;
      const recorded = attemptsOf(test, identity.id, session);
      attempts.push(...recorded.attempts);
      faults.push(...recorded.faults);
    }
    return { attempts, faults };
  }
}
