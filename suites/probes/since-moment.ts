import type { Since } from '../../contract/plan/probes/since.ts';
import { CannotTell } from '../cannot-tell.ts';

/** In milliseconds since 1970. @throws CannotTell for a moment that has not come: nothing can have happened since */
export function momentOf(since: Since | undefined, now: number): number | undefined {
  if (since === undefined) return undefined;
  if (typeof since === 'object') return now - since.minutes * 60_000;
  const moment = Date.parse(since);
  if (moment <= now) return moment;
  throw new CannotTell('since-ahead', `the moment ${since} has not come yet, by the clock of this machine`, {
    remedy: 'name the moment of the cut-over in since; or set the clock of this machine',
  });
}
