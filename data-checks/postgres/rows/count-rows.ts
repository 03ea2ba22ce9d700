import { allSettled } from './all-settled.ts';
import type { TableAnswer } from './table-answer.ts';
import type { Work } from './work.ts';

/** Counts both sides, exactly, in one statement for each; says nothing about what the rows hold. */
export async function countRows(
  { pairing, sides, sql }: Work,
  facts: Pick<TableAnswer, 'key' | 'columns' | 'notCompared'>,
): Promise<TableAnswer> {
  const count = async (which: 0 | 1): Promise<number> => {
    const { rows } = await sides[which].main.client.query<{ n: string }>(
      `select count(*)::text as n ${sql[which].source()}`,
    );
    if (rows[0] === undefined) throw new Error('the server gave no count');
    return Number(rows[0].n);
  };
  const [oldRows, newRows] = await allSettled<[number, number]>([count(0), count(1)]);
  const nothing = oldRows + newRows === 0 && pairing.pair.emptyBecause === undefined;
  const found: Pick<TableAnswer, 'answer' | 'cause' | 'reason'> = nothing
    ? {
        answer: 'not-checked',
        cause: 'nothing-compared',
        reason: 'There are no rows on either side, so nothing was compared',
      }
    : oldRows === newRows
      ? { answer: 'equal', cause: 'counts-equal', reason: `${oldRows} rows on both sides` }
      : { answer: 'different', cause: 'counts-differ', reason: `${oldRows} rows on old, ${newRows} on new` };
  return {
    ...facts,
    ...found,
    columns: [],
    notCompared: [...facts.notCompared, 'values: rows were only counted'],
    oldRows,
    newRows,
    missing: null,
    extra: null,
    changed: null,
    later: null,
    differences: [],
    hash: null,
  };
}
