import type { Diff } from '../../data-checks/postgres/rows/diff-tables.ts';
import type { RowDifference, TableDiff } from '../../data-checks/postgres/rows/table-diff.ts';
import { plainText, textTable } from '../../run/text-table.ts';

/** Differing rows of one table that a terminal shows; `--json` has more. */
const MOST_ROWS = 10;

/** A comparison for a terminal: every table in a line, then what differs and what was not compared. */
export function renderDiff({ tables, notes }: Pick<Diff, 'tables' | 'notes'>): string {
  if (tables.length === 0)
    return 'Neither database has a table that could be compared: nothing was compared.';
  const number = (value: number | null): string => (value === null ? '?' : String(value));
  const rows = tables.map((table) => [
    table.old,
    table.answer,
    number(table.oldRows),
    number(table.newRows),
    number(table.missing),
    number(table.extra),
    number(table.changed),
    `${table.seconds.toFixed(1)} s`,
  ]);
  const head = ['table', 'answer', 'old rows', 'new rows', 'missing', 'extra', 'changed', 'time'];
  return [
    ...textTable(head, rows, [2, 3, 4, 5, 6, 7]),
    ...tables.flatMap(details).map(plainText),
    ...notes.map((note) => `note: ${note}`),
    '',
    summary(tables),
  ].join('\n');
}

function details(table: TableDiff): readonly string[] {
  const shown = table.differences.slice(0, MOST_ROWS);
  const unshown = (table.missing ?? 0) + (table.extra ?? 0) + (table.changed ?? 0) - shown.length;
  const given = table.notCompared
    .filter((text) => text !== table.reason)
    .map((text) => `  not compared: ${text}`);
  if (table.answer === 'equal' && given.length === 0) return [];
  return [
    '',
    `${table.old}: ${table.reason}${hint(table)}`,
    ...shown.map((row) => `  ${row.kind} ${keyText(table, row)}${cellsText(row)}`),
    ...(shown.length > 0 && unshown > 0 ? [`  and ${unshown} more`] : []),
    ...given,
  ];
}

function hint(table: TableDiff): string {
  return table.cause === 'nothing-compared' ? '; if that is right, add --allow-empty' : '';
}

function keyText(table: TableDiff, row: RowDifference): string {
  if (row.key.length === 0) return 'a row without a key';
  return row.key.map((value, index) => `${table.key[index] ?? 'key'} ${value ?? 'NULL'}`).join(', ');
}

function cellsText(row: RowDifference): string {
  if (row.cells.length === 0) return '';
  const cells = row.cells.map((cell) =>
    cell.old === undefined && cell.new === undefined
      ? cell.column
      : `${cell.column} (${cell.old ?? 'NULL'} -> ${cell.new ?? 'NULL'})`,
  );
  return ` in ${cells.join(', ')}`;
}

function summary(tables: readonly TableDiff[]): string {
  const count = (answer: TableDiff['answer']): number =>
    tables.filter((table) => table.answer === answer).length;
  const parts = (['equal', 'different', 'not-checked', 'unstable'] as const)
    .map((answer) => [count(answer), answer.replace('-', ' ')] as const)
    .filter(([number]) => number > 0)
    .map(([number, words]) => `${number} ${words}`);
  const counted = tables.some((table) => table.cause.startsWith('counts-'));
  const more = counted ? '; rows were counted, their values were not compared' : '';
  return `${tables.length} table${tables.length === 1 ? '' : 's'}: ${parts.join(', ')}${more}`;
}
