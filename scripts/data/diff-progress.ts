import type { DiffOptions } from '../../data-checks/postgres/rows/diff-tables.ts';
import type { Screen } from '../../safety/screen.ts';

/** What a person sees while rows are compared: how much there is, how fast it goes, how long it still takes. */
export function diffProgress(screen: Screen): Pick<DiffOptions, 'onEstimate' | 'onTable' | 'onProgress'> {
  return {
    onEstimate: ({ tables, rows, seconds }) => {
      if (screen.terminal)
        screen.err(`about ${count(rows)} rows in ${tables} tables; about ${duration(seconds)}`);
    },
    onTable: (table) => screen.transient(`comparing ${table}`),
    onProgress: ({ table, rows, estimated, rowsPerSecond, secondsLeft }) => {
      const share = Math.min(100, Math.floor((100 * rows) / Math.max(1, estimated)));
      screen.transient(
        `comparing ${table}: ${share} % at ${count(rowsPerSecond)} rows/s, ${duration(secondsLeft)} left`,
      );
    },
  };
}

function count(number: number): string {
  return Math.round(number).toLocaleString('en');
}

function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
