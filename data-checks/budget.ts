import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadRunContext } from '../host/run-context.ts';

/**
 * When the time for all comparisons of this run is over, in milliseconds since 1970. It counts from the first that asks.
 * Playwright replaces a worker after each test that fails, so that moment is kept in the run's directory; without a run,
 * it is this process's own.
 */
export function budgetEnd(minutes: number, runDirectory = loadRunContext()?.runDirectory): number {
  const now = Date.now();
  if (runDirectory === undefined) return now + minutes * 60_000;
  const file = path.join(runDirectory, 'data-budget-began');
  try {
    writeFileSync(file, String(now), { flag: 'wx' });
    return now + minutes * 60_000;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const began = Number(readFileSync(file, 'utf8'));
  // Cut short, or of a clock that was set back: no time is left rather than all of it.
  return began > 0 && began <= now ? began + minutes * 60_000 : now;
}
