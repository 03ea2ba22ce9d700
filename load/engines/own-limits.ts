import { eventOfCode } from '../../contract/events/codes.ts';
import { EVENTS, isOurs } from '../../contract/events/table.ts';

/** What of our own ran out or failed, in words; undefined for errors that may be the target's. */
export function ownLimit(error: Pick<NodeJS.ErrnoException, 'code'>): string | undefined {
  const { code = '' } = error;
  const event = eventOfCode(code);
  return event === undefined || !isOurs(event) ? undefined : `${code}: ${EVENTS[event].words}`;
}
