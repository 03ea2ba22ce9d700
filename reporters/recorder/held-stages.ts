import type { FullConfig, Reporter, Suite, TestCase } from '@playwright/test/reporter';
import type { RunContext } from '../../contract/evidence/run-context.ts';
import { type StageWord, WAITS_ANNOTATION } from '../../contract/evidence/stage-word.ts';
import { stageOf, stageWordOf } from '../../host/stage-word.ts';
import { projectOf } from './check-of.ts';

type Preprocessed = Parameters<NonNullable<Reporter['preprocess']>>[0];

/** Keeps account of the stages of a run that share one Playwright: when each of them has ended, and what it was told. */
export class HeldStages {
  private readonly context: RunContext | undefined;
  private readonly whenEnded: (through: number) => void;
  private readonly words = new Map<number, StageWord>();
  private open: readonly Set<string>[] = [];
  private through = -1;
  /** How many stages run here. */
  count: number;

  /** @param whenEnded called each time that another stage has ended, with the last one before which none is open */
  constructor(context: RunContext | undefined, whenEnded: (through: number) => void) {
    this.context = context;
    this.whenEnded = whenEnded;
    this.count = context?.stages?.length ?? 1;
  }

  /** Takes the later stages out where they could not wait for their word. */
  prepare({ config, suite, testRun }: Preprocessed): void {
    if (this.count < 2 || this.canWait(config, suite)) return;
    this.count = 1;
    const later = suite.suites.filter((project) => (this.stageOf(project.title) ?? 0) > 0);
    for (const project of later) testRun.exclude(project);
  }

  begin(suite: Suite): void {
    this.open = Array.from({ length: this.count }, () => new Set<string>());
    const tests = suite.allTests();
    for (const test of tests) this.open[this.stageOf(projectOf(test)) ?? -1]?.add(test.id);
    // Where none was found, a spec file may be broken, of whichever stage: none has had its turn.
    if (tests.length > 0) this.look();
  }

  ended(test: TestCase): void {
    this.open[this.stageOf(projectOf(test)) ?? -1]?.delete(test.id);
    this.look();
  }

  /** What the stage of a test was told; undefined before, and where nobody orders stages. */
  wordFor(test: TestCase): StageWord | undefined {
    const stage = this.stageOf(projectOf(test));
    if (stage === undefined || this.context === undefined) return undefined;
    const word = this.words.get(stage) ?? stageWordOf(this.context, stage);
    if (word !== undefined) this.words.set(stage, word);
    return word;
  }

  /** Whether a test belongs to a stage at all. */
  isOrdered(test: TestCase): boolean {
    return this.stageOf(projectOf(test)) !== undefined;
  }

  private look(): void {
    // Nobody waits: neither after the last stage nor where Playwright was started by hand, without a run to be told.
    if (this.through + 1 >= this.count - 1) return;
    const firstOpen = this.open.findIndex((tests) => tests.size > 0);
    const through = (firstOpen < 0 ? this.open.length : firstOpen) - 1;
    if (through <= this.through) return;
    this.through = through;
    this.whenEnded(through);
  }

  private stageOf(project: string): number | undefined {
    return stageOf(this.context, project);
  }

  /**
   * Playwright hands out tests in the order of the projects, and those of a stage that waits hold its workers. A retry
   * may come after a stage seems to have ended; a lock may keep a test behind one that waits for it; an end for all tests
   * would count the waiting; and a test that is none of ours would not wait.
   */
  private canWait(config: FullConfig, suite: Suite): boolean {
    const order = config.projects.flatMap(({ name }) => this.stageOf(name) ?? []);
    const inOrder = order.every((stage, index) => index === 0 || stage >= (order[index - 1] ?? 0));
    const tests = suite.allTests();
    const later = tests.filter((test) => (this.stageOf(projectOf(test)) ?? 0) > 0);
    return (
      inOrder &&
      config.maxFailures === 0 &&
      config.globalTimeout === 0 &&
      config.shard === null &&
      tests.every((test) => test.retries === 0 && !hasLocks(test)) &&
      later.every(({ annotations }) => annotations.some(({ type }) => type === WAITS_ANNOTATION))
    );
  }
}

/** Playwright's `lock` of a suite; it shows reporters no name of it. */
function hasLocks(test: TestCase): boolean {
  const { _locks: locks } = test as TestCase & { readonly _locks?: readonly string[] };
  return locks !== undefined && locks.length > 0;
}
