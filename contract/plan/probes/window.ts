import { z } from 'zod';
import { probeKind, probeSchema } from './probe-kind.ts';

/** Days of the week, as plans name them. */
export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

const AllowedWindow = z
  .strictObject({
    /** On which days it begins. */
    days: z.array(z.enum(WEEKDAYS)).min(1),
    /** When it begins, by the clocks of the time zone. */
    from: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, such as 02:00'),
    /** When it is over; before `from`: on the next day. */
    to: z
      .string()
      .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'must be a time of day, such as 04:00, or 24:00'),
  })
  .refine(({ from, to }) => from !== to, { message: 'needs another end than its beginning', path: ['to'] });
export type AllowedWindow = z.infer<typeof AllowedWindow>;

const Freeze = z
  .strictObject({
    /** The first day. */
    from: z.iso.date(),
    /** The last day; default: the first. */
    to: z.iso.date().optional(),
    /** Why nothing may move, such as "Christmas trade". */
    because: z.string().min(1),
  })
  .refine(({ from, to }) => to === undefined || to >= from, {
    message: 'must not end before it begins',
    path: ['to'],
  });
export type Freeze = z.infer<typeof Freeze>;

/** The cut-over happens when it may: within a window of the week, and in no freeze. Says nothing about the target. */
export const window = probeKind({
  schema: probeSchema('window', {
    /** When it runs: before or while traffic moves. Afterwards it would demand a roll-back because of the time of day. */
    phases: z
      .array(z.enum(['preflight', 'cutover']))
      .min(1)
      .default(['preflight']),
    /** By whose clocks, such as `Europe/Berlin` or `UTC`. */
    timeZone: z.string().refine(isTimeZone, { message: 'must be a time zone, such as Europe/Berlin' }),
    /** When it may happen: in one of them. */
    windows: z.array(AllowedWindow).min(1),
    /** Days on which nothing may move, whatever the windows say. */
    freezes: z.array(Freeze).default([]),
  }),
  project: 'readiness',
  shows: 'It is a time at which the plan lets the cut-over happen.',
  fails: 'It is outside of all windows, or a day of a freeze.',
  unknown: 'Our own clock is far from that of the control address, or of the target.',
  example: {
    kind: 'window',
    id: 'cut-over-is-within-its-window',
    title: 'The cut-over happens within its window',
    timeZone: 'UTC',
    windows: [{ days: ['tuesday', 'wednesday', 'thursday'], from: '02:00', to: '04:00' }],
    freezes: [{ from: '2026-12-18', to: '2027-01-04', because: 'Christmas trade' }],
  },
});

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).format(0) !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
