import type { Job } from './work-list.ts';

/** What a comparison will take, before it starts. Estimates of the servers, for people and for budgets only. */
export interface Estimate {
  readonly tables: number;
  /** Rows of the larger side. */
  readonly rows: number;
  readonly seconds: number;
}

/** Seconds of one processor for a row and for each of its columns, of usual kinds, on a usual server. */
const ROW_SECONDS = 150e-9;
const COLUMN_SECONDS = 80e-9;
const TABLE_SECONDS = 0.02;

/** Both sides work at the same time, so the larger one counts. */
export function estimateOf(jobs: readonly Job[], workers: number): Estimate {
  const each = jobs.map(({ old, new: next }) => {
    const rows = Math.max(old.estimatedRows, next.estimatedRows, 0);
    const columns = Math.max(old.columns.length, next.columns.length);
    return { rows, seconds: TABLE_SECONDS + (rows * (ROW_SECONDS + columns * COLUMN_SECONDS)) / workers };
  });
  return {
    tables: jobs.length,
    rows: each.reduce((sum, table) => sum + table.rows, 0),
    seconds: each.reduce((sum, table) => sum + table.seconds, 0),
  };
}
