import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRunContext } from '../host/run-context.ts';
import { stagedTest } from './staged-test.ts';

/** What a load test needs around it. */
export interface LoadFixtures {
  /** Aborted when the test ends in whatever way: an engine must not go on after it. */
  readonly stopWithTest: AbortSignal;
  /** Scratch directory of this test; it is removed afterwards. */
  readonly scratch: string;
}

/** Playwright's `test` for load profiles. */
export const loadTest = stagedTest.extend<LoadFixtures>({
  // Playwright reads the parameter's pattern to find the fixtures that this one needs: none.
  stopWithTest: async ({}, use) => {
    const controller = new AbortController();
    await use(controller.signal);
    controller.abort();
  },
  scratch: async ({}, use) => {
    // In the run's own directory, so that what a killed run leaves behind is found and removed with it.
    const directory = await mkdtemp(join(loadRunContext()?.runDirectory ?? tmpdir(), 'greenlight-load-'));
    await use(directory);
    await rm(directory, { recursive: true, force: true });
  },
});
