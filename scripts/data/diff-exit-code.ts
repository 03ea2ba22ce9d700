import { EXIT } from '../../contract/exit-codes.ts';
import type { Diff } from '../../data-checks/postgres/rows/diff-tables.ts';

/** Different rows outrank tables that nobody could compare; no table at all is no comparison. */
export function diffExitCode({ tables }: Pick<Diff, 'tables'>): number {
  if (tables.some((table) => table.answer === 'different')) return EXIT.NO_GO;
  // What another segment compares is that one's business; the adder demands it.
  const own = tables.filter((table) => table.cause !== 'other-segment');
  const complete = own.every(
    (table) => table.answer === 'equal' || (table.share !== undefined && table.cause === 'nothing-compared'),
  );
  return tables.length > 0 && complete ? EXIT.GO : EXIT.INCONCLUSIVE;
}
