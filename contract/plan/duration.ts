import { z } from 'zod';

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(?!0+(?:\.0+)?[smhd])(\d{1,4}(?:\.\d{1,3})?)(s|m|h|d)$/;

/** A span of time as text: `30s`, `5m`, `2h`, `30d`. */
export const Duration = z.string().regex(DURATION, 'must be a span of time, such as 30s, 5m, 2h or 30d');
export type Duration = z.infer<typeof Duration>;

/** @returns milliseconds. @throws Error for a text that is no `Duration` */
export function durationMs(text: Duration): number {
  const [, number = '', unit = ''] = DURATION.exec(text) ?? [];
  if (!(unit in UNITS)) throw new Error(`${JSON.stringify(text)} is no span of time`);
  return Number(number) * UNITS[unit as keyof typeof UNITS];
}

/** Milliseconds as people say them, in the largest unit that is at least one: `1.5 h`. */
export function spanWords(milliseconds: number): string {
  const [unit, of] = (Object.entries(UNITS) as [string, number][])
    .reverse()
    .find(([, one]) => Math.abs(milliseconds) >= one) ?? ['s', 1000];
  return `${Number((milliseconds / of).toFixed(1))} ${unit}`;
}
