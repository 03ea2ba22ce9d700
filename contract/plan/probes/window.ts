import { z } from 'zod';
import { TimeZone, WeekWindow } from '../week-window.ts';
import { probeKind, probeSchema } from './probe-kind.ts';

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
    timeZone: TimeZone,
    /** When it may happen: in one of them. */
    windows: z.array(WeekWindow).min(1),
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
