import type { TableDiff } from './table-diff.ts';

/** An answer without what every answer has. */
export type TableAnswer = Omit<TableDiff, 'old' | 'new' | 'seconds'>;

/** The answer for a table about which nothing is known. */
export function notChecked(cause: string, reason: string): TableAnswer {
  return {
    answer: 'not-checked',
    cause,
    reason,
    oldRows: null,
    newRows: null,
    missing: null,
    extra: null,
    changed: null,
    later: null,
    differences: [],
    key: [],
    columns: [],
    notCompared: [reason],
    hash: null,
  };
}
