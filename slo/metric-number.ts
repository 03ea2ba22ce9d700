import type { InstantAnswer } from '../contract/ports/metrics.ts';

/** The one finite number of an answer, or in words why there is none. */
export function numberOf(answer: InstantAnswer): number | string {
  const [first, second] = answer.samples;
  if (first === undefined) return 'no series';
  if (second !== undefined) return `${answer.samples.length} series`;
  return Number.isFinite(first.value) ? first.value : String(first.value);
}

export function describe(value: number | string): string {
  return typeof value === 'number' ? String(value) : `(${value})`;
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
