import { z } from 'zod';

const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A time as people say it: `30m`, `12h`, `7d`. */
export const Duration = z
  .string()
  .regex(/^[1-9]\d{0,3}[mhd]$/, 'must be a time in minutes, hours or days, such as 30m, 12h or 7d');
export type Duration = z.infer<typeof Duration>;

/** Milliseconds of a duration that its schema took. */
export function durationMs(duration: Duration): number {
  return Number(duration.slice(0, -1)) * UNIT_MS[duration.slice(-1) as keyof typeof UNIT_MS];
}
