import type { Finding } from '../contract/evidence/finding.ts';
import type { InstantAnswer } from '../contract/ports/metrics.ts';
import type { Statement } from '../contract/flow/statement.ts';

/** What is said about a level, before it is a finding. */
export type Saying = Pick<Finding, 'outcome' | 'summary' | 'cause' | 'remedy'> & {
  readonly statement?: Statement;
};

export function unknown(cause: string, summary: string, remedy: string): Saying {
  return { outcome: 'unknown', cause, summary, remedy };
}

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
