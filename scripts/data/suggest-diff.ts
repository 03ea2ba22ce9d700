import type { Diff } from '../../data-checks/postgres/rows/diff-tables.ts';
import type { TableDiff } from '../../data-checks/postgres/rows/table-diff.ts';
import type { Inventory } from '../../data-checks/suggest/inventory.ts';
import { tablesPart } from '../../data-checks/suggest/render-suggestions.ts';
import { suggestAfterDiff } from '../../data-checks/suggest/suggest-tables.ts';
import type { Suggestion } from '../../data-checks/suggest/suggestion.ts';

/** What to say in a plan after a comparison. */
export interface SuggestedPlan {
  readonly suggestions: readonly Suggestion[];
  /** The part of the plan, as TypeScript. */
  readonly plan: string;
}

/** Differing rows of a table by which policies are guessed; fewer of them are shown. */
export const MOST_GUESSED_BY = 100;
/** As many as without suggestions. */
const MOST_SHOWN = 20;

/** @param diff with the values of differing cells */
export function suggestedAfterDiff(diff: Diff, inventory: Inventory, isMysql: boolean): SuggestedPlan {
  const suggestions = suggestAfterDiff(inventory, diff.tables);
  const count = (answer: TableDiff['answer']): number =>
    diff.tables.filter((table) => table.answer === answer).length;
  const unequal = diff.tables.length - count('equal');
  const head =
    `From \`greenlight data diff\`: ${diff.tables.length} tables, ${count('equal')} equal, ${count('different')} different, ` +
    `${unequal - count('different')} not told.`;
  const lines = isMysql ? [`oldMysql: secret('OLD_DATABASE_URL'),`] : [];
  return { suggestions, plan: tablesPart(suggestions, { head, lines }).join('\n') };
}

/** What may be shown of it: values were read for suggestions alone, unless somebody asked to see them. */
export function asShown(diff: Diff, values: boolean): Diff {
  return {
    ...diff,
    tables: diff.tables.map((table) => ({
      ...table,
      differences: table.differences.slice(0, MOST_SHOWN).map((row) => ({
        ...row,
        cells: values ? row.cells : row.cells.map(({ column }) => ({ column })),
      })),
    })),
  };
}
