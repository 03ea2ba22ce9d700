import { quoteLiteral } from '../names.ts';
import { allSettled } from './all-settled.ts';
import type { Work } from './find-rows.ts';
import { columnText, type PairedColumn, type SideName } from './pairing.ts';
import type { Side } from './side.ts';
import type { CellDifference, RowDifference } from './table-diff.ts';

/**
 * Reads the changed rows again and names the columns that differ. Compared are the texts of the agreed forms, the same
 * ones that were hashed.
 */
export async function showCells(
  work: Work,
  differences: readonly RowDifference[],
  values: 'masked' | 'shown',
): Promise<readonly RowDifference[]> {
  const changed = differences.filter((row) => row.kind === 'changed');
  if (changed.length === 0) return differences;
  const [old, next] = await allSettled<[Cells, Cells]>([
    readRows(work, 0, changed),
    readRows(work, 1, changed),
  ]);
  return differences.map((row) => {
    if (row.kind !== 'changed') return row;
    const name = JSON.stringify(row.key);
    const [before, after] = [old.get(name), next.get(name)];
    return before === undefined || after === undefined
      ? row
      : { ...row, cells: cells(work, before, after, values) };
  });
}

function cells(
  work: Work,
  before: readonly (string | null)[],
  after: readonly (string | null)[],
  values: 'masked' | 'shown',
): CellDifference[] {
  return work.pairing.columns.flatMap((column, index) => {
    const [old = null, next = null] = [before[index], after[index]];
    if (old === next) return [];
    return [{ column: column.name, ...(values === 'shown' ? { old, new: next } : {}) }];
  });
}

/** The texts of all compared columns, by the key as JSON. */
type Cells = Map<string, readonly (string | null)[]>;

async function readRows(work: Work, which: 0 | 1, rows: readonly RowDifference[]): Promise<Cells> {
  const { pairing } = work;
  const name: SideName = which === 0 ? 'old' : 'new';
  const side: Side = work.sides[which];
  const sql = work.sql[which];
  const texts = pairing.columns.map((column) => columnText(column, name)).join(', ');
  const result: Cells = new Map();
  const conditions = rows.map(
    (row) =>
      `(${pairing.key.map((column, index) => keyIs(column, name, row.key[index] ?? null)).join(' and ')})`,
  );
  const { rows: found } = await side.main.client.query<[(string | null)[], ...(string | null)[]]>({
    text: `select array[${texts}]::text[]${sql.keyColumns} ${sql.source(undefined, `(${conditions.join(' or ')})`)}`,
    rowMode: 'array',
  });
  for (const [cellTexts, ...key] of found) result.set(JSON.stringify(key), cellTexts);
  return result;
}

/** The bare column narrows it down through its index; the text decides, whatever the collation calls equal. */
export function keyIs(column: PairedColumn, side: SideName, value: string | null): string {
  if (value === null) return `${column[side]} is null`;
  const text = `(${columnText(column, side)}) collate "C" = ${quoteLiteral(value)}`;
  if (column.bare === undefined) return text;
  // A key of the wider side may be too large for the narrower one's type.
  const literal = ['int4', 'int8'].includes(column.form)
    ? `${quoteLiteral(value)}::int8`
    : quoteLiteral(value);
  return `${column.bare[side]} = ${literal} and ${text}`;
}
