import { loadTest } from '../../checks/index.ts';
import type { ProcessGroup } from '../../host/process-group.ts';
import { SPEC_GRACE_MS } from './run-spec.ts';

/** The processes that a test started. */
export interface StartedGroups {
  readonly add: (group: ProcessGroup) => void;
}

/** Playwright's `test` for specs of the user: it does not end before the Playwright that it started has. */
export const specTest = loadTest.extend<{ readonly startedGroups: StartedGroups }>({
  startedGroups: async ({}, use) => {
    const groups: ProcessGroup[] = [];
    await use({ add: (group) => void groups.push(group) });
    // Of a test that was interrupted: what its own tests created must be removed by their own hooks.
    await Promise.all(groups.map((group) => group.stop(SPEC_GRACE_MS)));
  },
});
