import { placesOf } from '../../contract/plan/addresses.ts';
import type { Target } from '../../contract/plan/target.ts';
import { createPlaywrightApplication } from '../adapters/app/playwright-application.ts';
import type { BrowserSession } from '../page-session.ts';
import { targetApplication } from '../target-application.ts';
import type { FlowRun } from './flow-run.ts';

/**
 * Opens the old system in a page that only reads, and for a visitor whom nobody knows.
 * @returns undefined where old has no address of its own, or there is no browser
 */
export function openerOfOld(target: Target, browsers: BrowserSession | undefined): FlowRun['openOldPage'] {
  const baseURL = target.old?.urls?.app;
  if (baseURL === undefined || browsers === undefined) return undefined;
  return async () => {
    const opened = await browsers.openToRead({
      baseURL,
      storageState: { cookies: [], origins: [] },
      places: placesOf(target),
    });
    return {
      ...opened,
      application: targetApplication(createPlaywrightApplication(opened.requests), target),
    };
  };
}
