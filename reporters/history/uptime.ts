import type { RecordedOutcome, RunRecord } from '../../contract/history/run-record.ts';
import { percent } from '../../contract/statistics/percent.ts';

/** What a span of the history says of one check. */
export interface CheckUptime {
  readonly id: string;
  readonly title: string;
  readonly counts: Readonly<Record<RecordedOutcome, number>>;
  /** Passed of those that passed or failed; null where neither was seen. What is not known counts for neither side. */
  readonly uptime: number | null;
  /** Milliseconds of the passes: median, 95th and 99th percentile by nearest rank; null without any. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly steps: readonly StepTimes[];
  readonly last: {
    readonly outcome: RecordedOutcome;
    readonly at: string;
    readonly summary?: string | undefined;
  };
  /** Since when it says so without a break, as far as the span goes. */
  readonly since: string;
}

export interface StepTimes {
  readonly id: string;
  readonly p50: number;
  readonly p95: number;
}

/** What a span of the history says. */
export interface Uptime {
  readonly target: string;
  /** Starts of the first and the last record; null without any. */
  readonly from: string | null;
  readonly to: string | null;
  readonly runs: number;
  readonly decisions: Readonly<Record<'GO' | 'NO_GO' | 'INCONCLUSIVE' | 'skipped', number>>;
  /** Times at which a decision became NO_GO, and the mean time in milliseconds until it was GO again. */
  readonly outages: number;
  readonly meanOutageMs: number | null;
  readonly checks: readonly CheckUptime[];
}

/** The highest share below 1 that two digits can show. */
const BELOW_ALL = 0.9999;

const NONE: Readonly<Record<RecordedOutcome, number>> = {
  pass: 0,
  fail: 0,
  unknown: 0,
  'not-applicable': 0,
  'not-run': 0,
};

/** Counts records, oldest first. Pure. What fell into a window of maintenance is listed and counts for no uptime. */
export function uptimeOf(target: string, records: readonly RunRecord[]): Uptime {
  const decisions = { GO: 0, NO_GO: 0, INCONCLUSIVE: 0, skipped: 0 };
  for (const { decision } of records) decisions[decision ?? 'skipped'] += 1;
  const seen = new Map<string, { title: string; rows: { record: RunRecord; index: number }[] }>();
  for (const record of records) {
    for (const [index, { id, title }] of record.checks.entries()) {
      const one = seen.get(id) ?? { title, rows: [] };
      one.title = title;
      one.rows.push({ record, index });
      seen.set(id, one);
    }
  }
  return {
    target,
    from: records[0]?.startedAt ?? null,
    to: records.at(-1)?.startedAt ?? null,
    runs: records.length,
    decisions,
    ...outagesOf(records),
    checks: [...seen].flatMap(([id, { title, rows }]) => checkUptime(id, title, rows) ?? []),
  };
}

function checkUptime(
  id: string,
  title: string,
  rows: readonly { readonly record: RunRecord; readonly index: number }[],
): CheckUptime | undefined {
  const counts = { ...NONE };
  const times: number[] = [];
  const steps = new Map<string, number[]>();
  let since = '';
  let outcome: RecordedOutcome | undefined;
  for (const { record, index } of rows) {
    const check = record.checks[index];
    if (check === undefined) continue;
    if (check.outcome !== outcome) since = record.startedAt;
    outcome = check.outcome;
    if (record.maintenance !== undefined) continue;
    counts[check.outcome] += 1;
    if (check.outcome !== 'pass') continue;
    times.push(check.ms);
    for (const step of check.steps ?? []) steps.set(step.id, [...(steps.get(step.id) ?? []), step.ms]);
  }
  const last = rows.at(-1);
  const now = last?.record.checks[last.index];
  if (last === undefined || now === undefined) return undefined;
  const known = counts.pass + counts.fail;
  return {
    id,
    title,
    counts,
    uptime: known === 0 ? null : counts.pass / known,
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    p99: percentile(times, 0.99),
    steps: [...steps].map(([step, ms]) => ({
      id: step,
      p50: percentile(ms, 0.5) ?? 0,
      p95: percentile(ms, 0.95) ?? 0,
    })),
    last: { outcome: now.outcome, at: last.record.startedAt, summary: now.summary },
    since,
  };
}

/** For people. What failed once in a year is not rounded up to all of it. */
export function uptimeWords(uptime: number | null): string {
  if (uptime === null) return 'not known';
  return percent(uptime < 1 ? Math.min(uptime, BELOW_ALL) : uptime);
}

/** Of each phase and place by itself: two places that disagree are no outage and its end. */
function outagesOf(records: readonly RunRecord[]): Pick<Uptime, 'outages' | 'meanOutageMs'> {
  const open = new Map<string, number>();
  const lasted: number[] = [];
  let outages = 0;
  for (const { decision, phase, location, startedAt, maintenance } of records) {
    if (decision === null || maintenance !== undefined) continue;
    const key = `${phase} ${location}`;
    const began = open.get(key);
    if (decision === 'NO_GO' && began === undefined) {
      outages += 1;
      open.set(key, Date.parse(startedAt));
    } else if (decision === 'GO' && began !== undefined) {
      lasted.push(Date.parse(startedAt) - began);
      open.delete(key);
    }
  }
  const mean = lasted.length === 0 ? null : lasted.reduce((sum, ms) => sum + ms, 0) / lasted.length;
  return { outages, meanOutageMs: mean };
}

/** By nearest rank. */
function percentile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}
