import { quoteLiteral } from '../names.ts';
import { allSettled } from './all-settled.ts';
import type { Work } from './work.ts';
import { columnText, hashInputs, type PairedColumn, type SideName } from './pairing.ts';
import { rowHash, SEEDS } from './row-hash.ts';
import type { CellDifference, RowDifference } from './table-diff.ts';

/** Characters of a value that a report shows. */
const MOST_SHOWN = 200;

/**
 * Reads the changed rows again and names the columns that differ. The servers hash each value as they hashed the row, so
 * nothing big travels, however big the values are. Values are fetched only when they are asked for, and only their
 * beginnings.
 */
export async function showCells(
  work: Work,
  differences: readonly RowDifference[],
  values: 'masked' | 'shown',
): Promise<readonly RowDifference[]> {
  const changed = differences.filter((row) => row.kind === 'changed');
  if (changed.length === 0) return differences;
  const [old, next] = await both(work, changed, cellHash);
  const differing = new Map<RowDifference, readonly number[]>();
  for (const row of changed) {
    const name = JSON.stringify(row.key);
    const [before, after] = [old.get(name), next.get(name)];
    if (before === undefined || after === undefined) continue;
    const places = work.pairing.columns.map((_, place) => place);
    differing.set(
      row,
      places.filter((place) => before[place] !== after[place]),
    );
  }
  const shown = values === 'shown' ? await showValues(work, differing) : new Map<string, CellDifference>();
  return differences.map((row) => ({
    ...row,
    cells: (differing.get(row) ?? []).map((place): CellDifference => {
      const column = work.pairing.columns[place]?.name ?? '';
      return shown.get(cellName(row, place)) ?? { column };
    }),
  }));
}

/** The beginnings of the values that differ, column by column, so that no other value has to be made. */
async function showValues(
  work: Work,
  differing: ReadonlyMap<RowDifference, readonly number[]>,
): Promise<ReadonlyMap<string, CellDifference>> {
  const shown = new Map<string, CellDifference>();
  for (const [place, column] of work.pairing.columns.entries()) {
    const rows = [...differing].flatMap(([row, places]) => (places.includes(place) ? [row] : []));
    if (rows.length === 0) continue;
    const [old, next] = await both(work, rows, (_, one, side) =>
      one === column ? beginning(columnText(one, side)) : undefined,
    );
    for (const row of rows) {
      const name = JSON.stringify(row.key);
      const [before, after] = [old.get(name)?.[0] ?? null, next.get(name)?.[0] ?? null];
      shown.set(cellName(row, place), { column: column.name, old: before, new: after });
    }
  }
  return shown;
}

function cellName(row: RowDifference, place: number): string {
  return `${place} ${JSON.stringify(row.key)}`;
}

/** SQL of a value's beginning; of a cut one, also how long it is and a hash, because the difference may lie behind. */
function beginning(text: string): string {
  return `case when length(${text}) <= ${MOST_SHOWN} then ${text}
    else left(${text}, ${MOST_SHOWN}) || '… (' || length(${text}) || ' characters, md5 ' || md5(${text}) || ')' end`;
}

function cellHash(work: Work, column: PairedColumn, side: SideName): string {
  const { way } = work.hashing;
  const version = work.sides[side === 'old' ? 0 : 1].version;
  return `(${rowHash(hashInputs([column], side), SEEDS.row, way, version)})::text`;
}

/** SQL of what is read of a column; undefined: nothing. */
type Ask = (work: Work, column: PairedColumn, side: SideName) => string | undefined;

/** What was asked about the columns, by the key as JSON. */
type Cells = Map<string, readonly (string | null)[]>;

function both(work: Work, rows: readonly RowDifference[], ask: Ask): Promise<[Cells, Cells]> {
  return allSettled<[Cells, Cells]>([readRows(work, 0, rows, ask), readRows(work, 1, rows, ask)]);
}

async function readRows(work: Work, which: 0 | 1, rows: readonly RowDifference[], ask: Ask): Promise<Cells> {
  const { pairing } = work;
  const name: SideName = which === 0 ? 'old' : 'new';
  const sql = work.sql[which];
  const asked = pairing.columns.flatMap((column) => ask(work, column, name) ?? []).join(', ');
  const result: Cells = new Map();
  const conditions = rows.map(
    (row) =>
      `(${pairing.key.map((column, index) => keyIs(column, name, row.key[index] ?? null)).join(' and ')})`,
  );
  const { rows: found } = await work.sides[which].main.client.query<
    [(string | null)[], ...(string | null)[]]
  >({
    text: `select array[${asked}]::text[]${sql.keyColumns} ${sql.source(undefined, `(${conditions.join(' or ')})`)}`,
    rowMode: 'array',
  });
  for (const [texts, ...key] of found) result.set(JSON.stringify(key), texts);
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
