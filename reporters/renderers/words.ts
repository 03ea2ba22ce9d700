import type { CheckState, Decision } from '../../contract/evidence/outcome.ts';
import type { Finding, RowsReport } from '../../contract/evidence/finding.ts';
import type { LoadResult } from '../../contract/load/load-result.ts';
import type { Shown } from '../../contract/flow/statement.ts';

/** What people read for a decision. */
export const DECISION_WORDS: Record<Decision, string> = {
  GO: 'GO',
  NO_GO: 'NO-GO',
  INCONCLUSIVE: 'INCONCLUSIVE',
};

/** What a decision means for traffic. */
export const DECISION_MEANING: Record<Decision, string> = {
  GO: 'Traffic may stay on the new system.',
  NO_GO: 'The new system is broken: roll back.',
  INCONCLUSIVE: 'We could not tell: repeat the run, or decide by hand.',
};

export const STATE_WORDS: Record<CheckState, string> = {
  passed: 'passed',
  empty: 'nothing to look at',
  failed: 'failed',
  unknown: 'unknown',
  flaky: 'flaky',
  'not-run': 'not run',
  'not-applicable': 'not applicable',
};

/** `12 ms`, `3.4 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `2026-11-20 10:04:05 UTC`; text that is no time stays as it is. */
export function time(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `50,000`: the same on every machine, whatever its language. */
export function count(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const [whole = '', part] = String(value).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return part === undefined ? grouped : `${grouped}.${part}`;
}

/** `7,205.5/s` requests; in the open model an arrival is a whole flow, which may take several requests. */
export function loadRate({ achievedRate, model }: LoadResult): string {
  return `${count(Number(achievedRate.toFixed(1)))}${model === 'open' ? ' arrivals' : ''}/s`;
}

/** A measured or expected value with its unit; undefined when there is none. */
export function amount(value: Shown | undefined, unit?: string): string | undefined {
  if (value === undefined) return undefined;
  const text =
    typeof value === 'number'
      ? count(Number.isInteger(value) ? value : Number(value.toPrecision(12)))
      : String(value);
  return unit === undefined ? text : `${text} ${unit}`;
}

/** `measured 49,988 rows, expected 50,000 rows`; undefined when the finding has no numbers. */
export function numbers(finding: Finding | undefined): string | undefined {
  if (!finding) return undefined;
  const measured = amount(finding.measured, finding.unit);
  const expected = amount(finding.expected, finding.unit);
  const parts = [measured && `measured ${measured}`, expected && `expected ${expected}`].filter(Boolean);
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** `1 check`, `3 checks`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `12 missing, 0 extra, 3 changed`; `0` when all are the same. */
export function differingRows({ missing, extra, changed }: RowsReport): string {
  if (missing === null || extra === null || changed === null) return 'unknown';
  if (missing + extra + changed === 0) return '0';
  return `${count(missing)} missing, ${count(extra)} extra, ${count(changed)} changed`;
}
