import type { Outcome } from '../contract/evidence/outcome.ts';
import type { TableMapping } from '../contract/plan/table-mapping.ts';
import type { TableDiff } from './postgres/rows/table-diff.ts';

/** What is asked of the rows. A command line asks that they are equal. */
export type RowTerms = Partial<Pick<TableMapping, 'direction' | 'emptyBecause'>> & Pick<TableMapping, 'rows'>;

type Seen = Pick<TableDiff, 'answer' | 'cause' | 'oldRows' | 'newRows' | 'missing' | 'extra' | 'changed'>;

/**
 * What one comparison of rows shows, for a plan and for every command. Pure. An engine says `different` only of what is
 * certain, so that stays a failure where the rows could not be found, or were never looked for; only where more rows
 * are welcome has it to be known which side has more.
 */
export function outcomeOfRows(diff: Seen, terms: RowTerms): Outcome {
  switch (diff.answer) {
    case 'equal':
      return 'pass';
    case 'not-checked':
    case 'unstable':
      return 'unknown';
    case 'different':
      return different(diff, terms);
  }
}

function different(diff: Seen, { rows, direction, emptyBecause }: RowTerms): Outcome {
  if (diff.cause === 'table-missing') return 'fail';
  const { missing, extra, changed } = diff;
  // Counted to the end, and none differs: what says so contradicts itself, and is ours.
  if (missing === 0 && extra === 0 && changed === 0) return 'unknown';
  if (direction === 'rollback' || rows === 'equal') return 'fail';
  const lost = (missing ?? 0) + (changed ?? 0);
  if (lost > 0 || (diff.newRows !== null && diff.oldRows !== null && diff.newRows < diff.oldRows))
    return 'fail';
  if (missing === null || changed === null) return 'unknown';
  return diff.oldRows === 0 && emptyBecause === undefined ? 'unknown' : 'pass';
}
