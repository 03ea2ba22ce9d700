import { InvalidArgumentError } from 'commander';
import type { Segment } from '../../data-checks/postgres/rows/segment.ts';

/** `orders,shop.*` */
export function tableNames(text: string): readonly string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new InvalidArgumentError('Name at least one table, such as orders or shop.*');
  return names;
}

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000 };

/** `90s`, `5m`, `2h` in milliseconds. */
export function budget(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smh])$/.exec(text);
  const ms = Number(match?.[1]) * (UNITS[match?.[2] ?? ''] ?? Number.NaN);
  if (ms > 0) return ms;
  throw new InvalidArgumentError('Write a time such as 90s, 5m or 2h.');
}

/** `2/8` */
export function segment(text: string): Segment {
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [index, of] = [Number(match?.[1]), Number(match?.[2])];
  if (index >= 1 && index <= of) return { index, of };
  throw new InvalidArgumentError('Write a share such as 2/8: from 1/8 to 8/8.');
}

/** A moment, or a number for a column of numbers. */
export function sinceMoment(text: string): string | number {
  if (/^-?\d+$/.test(text)) return Number(text);
  if (!Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError('Write a moment such as 2026-11-20T02:00:00Z, or a number.');
}
