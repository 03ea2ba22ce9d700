import { test as base, type TestInfo } from '@playwright/test';
import { CHECK_ANNOTATION } from '../contract/plan/check-id.ts';
import type { StageWord } from '../contract/evidence/stage-word.ts';
import { loadRunContext } from '../host/run-context.ts';
import { stageOf, waitForStageWord } from '../host/stage-word.ts';
import { workersDone, workerMark } from '../host/stage-workers.ts';

/** The word of the stage to which this worker belongs; undefined when Playwright was started by hand. */
export interface StageWorkerFixtures {
  readonly greenlightStage: StageWord | undefined;
}

/** None of them is for tests to ask for. */
export interface StageTestFixtures {
  readonly refusedStageSkips: void;
  readonly refusedCheckSkips: void;
  readonly refusedCheckSkipsHooks: void;
}

/**
 * Playwright's `test` for checks: it waits until the run says that its stage may start, before any hook of the user.
 * Playwright itself knows red and green only, and what follows after a check is for the policy to say. A check that may
 * not start is skipped, which tells nothing: the run names it, and why, among those that did not start.
 */
export const stagedTest = base.extend<StageTestFixtures, StageWorkerFixtures>({
  greenlightStage: [
    async ({}, use, { project }) => {
      const context = loadRunContext();
      const stage = stageOf(context, project.name);
      if (context === undefined || stage === undefined) return use(undefined);
      const word = await waitForStageWord(context, stage);
      if (word.alone) await workersDone(context, stage);
      const done = workerMark(context, stage);
      await use(word);
      done();
    },
    // Waiting is not the time of any test.
    { scope: 'worker', auto: true, timeout: 0 },
  ],
  refusedStageSkips: [
    async ({ greenlightStage }, use) => {
      base.skip(greenlightStage?.checks.length === 0, 'the stage was not started');
      await use();
    },
    // Playwright's own artifacts are such a fixture, which is set up for the hooks around all tests as well: those of the
    // user may create something. A skip of the worker's fixture would hold for the first test alone.
    { auto: 'all-hooks-included' as unknown as true },
  ],
  refusedCheckSkips: [
    async ({ greenlightStage }, use, testInfo) => {
      skipRefused(greenlightStage, testInfo);
      await use();
    },
    { auto: true },
  ],
  // A fixture that has thrown is passed over for what follows, and hooks after the test do follow.
  refusedCheckSkipsHooks: [
    async ({ greenlightStage }, use, testInfo) => {
      skipRefused(greenlightStage, testInfo);
      await use();
    },
    { auto: true },
  ],
});

function skipRefused(word: StageWord | undefined, testInfo: TestInfo): void {
  const check = testInfo.annotations.find(({ type }) => type === CHECK_ANNOTATION)?.description;
  const refused = word !== undefined && check !== undefined && !word.checks.includes(check);
  testInfo.skip(refused, 'the check was not started');
}
