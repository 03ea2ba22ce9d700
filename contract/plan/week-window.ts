import { z } from 'zod';

/** Days of the week, as plans name them. */
const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
type Weekday = (typeof WEEKDAYS)[number];

/** A span of every week, by the clocks of a time zone that stands beside it. */
export const WeekWindow = z
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
export type WeekWindow = z.infer<typeof WeekWindow>;

/** A time zone by its name in the IANA database. */
export const TimeZone = z
  .string()
  .refine(isTimeZone, { message: 'must be a time zone, such as Europe/Berlin' });

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).format(0) !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** What the clocks on the wall show. */
export interface Clock {
  readonly weekday: Weekday;
  /** `2026-11-30` */
  readonly date: string;
  /** `02:05` */
  readonly time: string;
}

/** @param now milliseconds since 1970 */
export function clockAt(now: number, timeZone: string): Clock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    weekday: 'long',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  const weekday = WEEKDAYS.find((day) => day === part('weekday').toLowerCase());
  if (weekday === undefined) throw new Error(`no day of the week: ${part('weekday')}`);
  return {
    weekday,
    date: `${part('year')}-${part('month')}-${part('day')}`,
    time: `${part('hour')}:${part('minute')}`,
  };
}

/** A window over midnight belongs to the day on which it began. */
export function isWithin({ days, from, to }: WeekWindow, { weekday, time }: Clock): boolean {
  const yesterday = WEEKDAYS[(WEEKDAYS.indexOf(weekday) + 6) % 7] as Weekday;
  if (from < to) return days.includes(weekday) && time >= from && time < to;
  return (days.includes(weekday) && time >= from) || (days.includes(yesterday) && time < to);
}
