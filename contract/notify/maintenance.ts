import { z } from 'zod';
import { CheckId } from '../plan/check-id.ts';
import { clockAt, isWithin, TimeZone, WeekWindow } from '../plan/week-window.ts';

/** A time in which something is expected to be broken: what happens then is recorded, and nobody is told. */
export const Maintenance = z
  .strictObject({
    /** Names the window, in records and messages. */
    id: CheckId,
    /** Why. */
    because: z.string().regex(/\S/, 'must say something'),
    /** Once: when it begins, with the offset of its time zone: `2026-12-01T02:00:00+01:00`. */
    from: z.iso.datetime({ offset: true }).optional(),
    /** Once: when it is over. */
    to: z.iso.datetime({ offset: true }).optional(),
    /** Every week. */
    weekly: WeekWindow.optional(),
    /** By whose clocks, for `weekly`: `Europe/Berlin`. Default: UTC. */
    timeZone: TimeZone.optional(),
    /** The checks that it covers; default: all. */
    checks: z.array(CheckId).min(1).optional(),
  })
  .superRefine(({ from, to, weekly, timeZone }, context) => {
    const add = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (weekly === undefined && (from === undefined || to === undefined))
      add(from === undefined ? 'from' : 'to', 'give "from" and "to", or "weekly"');
    if (weekly !== undefined && (from !== undefined || to !== undefined))
      add('weekly', 'give either "from" and "to", or "weekly", not both');
    if (weekly === undefined && timeZone !== undefined)
      add('timeZone', 'is for "weekly" alone: "from" and "to" hold their offset');
    if (from !== undefined && to !== undefined && Date.parse(to) <= Date.parse(from))
      add('to', 'must be later than "from"');
  });
export type Maintenance = z.infer<typeof Maintenance>;

const MINUTE_MS = 60_000;
/** No window of the week lasts longer. */
const MOST_MINUTES = 24 * 60;

/**
 * The windows that a run falls into, even by a minute: `from` belongs to a window, `to` no longer.
 * @param span milliseconds since 1970, both ends included
 */
export function maintenanceIn(
  windows: readonly Maintenance[],
  { start, end }: { readonly start: number; readonly end: number },
): readonly Maintenance[] {
  // No run lasts for a day: one that does had its clock set meanwhile, and only its end is known.
  const begun = Math.max(start, end - MOST_MINUTES * MINUTE_MS);
  return windows.filter(({ from, to, weekly, timeZone = 'UTC' }) => {
    if (weekly === undefined) {
      return from !== undefined && to !== undefined && begun < Date.parse(to) && end >= Date.parse(from);
    }
    // What the clocks show changes by the minute.
    for (let at = begun; at < end; at += MINUTE_MS) if (isWithin(weekly, clockAt(at, timeZone))) return true;
    return isWithin(weekly, clockAt(end, timeZone));
  });
}

/**
 * The window that covers every check of a run, for its record; undefined: there is none.
 * @param span ISO
 */
export function wholeMaintenance(
  windows: readonly Maintenance[],
  { startedAt, endedAt }: { readonly startedAt: string; readonly endedAt: string },
): { readonly id: string; readonly until: string } | undefined {
  const end = Date.parse(endedAt);
  const [window] = maintenanceIn(
    windows.filter(({ checks }) => checks === undefined),
    { start: Date.parse(startedAt), end },
  );
  if (window === undefined) return undefined;
  const { id, to, weekly, timeZone = 'UTC' } = window;
  if (weekly === undefined) return { id, until: to ?? endedAt };
  let until = Math.ceil(end / MINUTE_MS) * MINUTE_MS;
  for (let minute = 0; minute < MOST_MINUTES && isWithin(weekly, clockAt(until, timeZone)); minute += 1)
    until += MINUTE_MS;
  return { id, until: new Date(until).toISOString() };
}
