import type { CoveredTable } from '../../../contract/evidence/coverage.ts';
import type { DifferingRow, RowsReport, TableReport } from '../../../contract/evidence/finding.ts';
import type { Verdict } from '../../../contract/verdict/verdict.ts';
import { coverageOf } from '../../judge/coverage.ts';
import { tablesOf } from '../sections.ts';
import { count, differingRows, plural } from '../words.ts';
import { checkName } from './checks.ts';
import { stateBadge } from './icons.ts';
import { markup, type Markup } from './markup.ts';
import { tableSection } from './section.ts';

const ANSWER_WORDS: Record<TableReport['answer'], string> = {
  equal: 'equal',
  different: 'different',
  'not-checked': 'not checked',
  unstable: 'changed while counting',
};

/** Old against new, table by table. */
export function dataSection(verdict: Verdict): Markup {
  return tableSection(
    'data',
    'Data: old against new',
    'Rows, and values or sums, of every mapped table',
    [
      { title: 'Check' },
      { title: 'State' },
      { title: 'Tables' },
      { title: 'Old rows', numeric: true },
      { title: 'New rows', numeric: true },
      { title: 'Difference', numeric: true },
      { title: 'Answer' },
      { title: 'Differences, sums, and what was not compared' },
    ],
    tablesOf(verdict).map(({ check, table }) => [
      checkName(check),
      stateBadge(check.state),
      markup`<code class="name">${table.old}</code> → <code class="name">${table.new}</code>`,
      rows(table.oldRows),
      rows(table.newRows),
      markup`${difference(table)}`,
      markup`${ANSWER_WORDS[table.answer]}`,
      notes(table),
    ]),
  );
}

const NOT_COMPARED_WORDS: Record<Exclude<CoveredTable['state'], 'compared'>, string> = {
  'not-compared': 'nobody compares it',
  excluded: 'left out by the plan',
  empty: 'empty on old',
};

/** Tables of old that no check compares, and what else holds rows. */
export function uncomparedSection(verdict: Verdict): Markup {
  const report = coverageOf(verdict.checks);
  const tables = [...(report?.tables ?? [])].filter(isNotCompared);
  tables.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state));
  return tableSection(
    'not-compared',
    'Data that was not compared',
    'Tables of old that no check compares, and what else holds rows',
    [
      { title: 'Table' },
      { title: 'Old rows', numeric: true },
      { title: 'New rows', numeric: true },
      { title: 'Why' },
    ],
    [
      ...tables.map((table) => [
        markup`<code class="name">${table.table}</code>`,
        markup`${rowsOrMore(table.oldRows, table)}`,
        markup`${rowsOrMore(table.newRows, table)}`,
        markup`${NOT_COMPARED_WORDS[table.state]}${table.because === null ? '' : `: ${table.because}`}`,
      ]),
      ...(report?.notes ?? []).map((note) => [
        markup`${note}`,
        markup``,
        markup``,
        markup`nothing to compare it with`,
      ]),
    ],
  );
}

type NotCompared = CoveredTable & { readonly state: Exclude<CoveredTable['state'], 'compared'> };
const ORDER: readonly NotCompared['state'][] = ['not-compared', 'excluded', 'empty'];

function isNotCompared(table: CoveredTable): table is NotCompared {
  return table.state !== 'compared';
}

/** Of tables that the plan leaves out it was only asked whether they have rows. */
function rowsOrMore(value: number | null, { state, more }: CoveredTable): string {
  if (value === null) return 'unknown';
  if (state === 'excluded') return value === 0 ? '0' : 'some';
  return more ? `${count(value)} or more` : count(value);
}

function rows(value: number | null): Markup {
  return markup`${value === null ? 'unknown' : count(value)}`;
}

function difference({ oldRows, newRows, rows: compared }: TableReport): string {
  if (compared && compared.missing !== null) return differingRows(compared);
  if (oldRows === null || newRows === null) return 'unknown';
  const gap = newRows - oldRows;
  if (gap === 0) return '0';
  return `${gap > 0 ? '+' : '−'}${count(Math.abs(gap))}`;
}

/** More differing rows than these are for the evidence. */
const MOST_ROWS = 10;

function comparedRows(report: RowsReport): readonly Markup[] {
  const shown = report.first.slice(0, MOST_ROWS);
  const unshown = (report.missing ?? 0) + (report.extra ?? 0) + (report.changed ?? 0) - shown.length;
  return [
    report.columns.length === 0
      ? markup``
      : markup`<li>compared by value: ${plural(report.columns.length, 'column')} (${report.columns.join(', ')})</li>`,
    ...shown.map((row) => markup`<li><strong>${row.kind}</strong> ${rowKey(report, row)}${cells(row)}</li>`),
    shown.length > 0 && unshown > 0 ? markup`<li>and ${plural(unshown, 'more row')}</li>` : markup``,
  ];
}

function rowKey(report: RowsReport, row: DifferingRow): Markup {
  if (row.key.length === 0) return markup`a row without a key`;
  const parts = row.key.map((value, index) => `${report.key[index] ?? 'key'} ${value ?? 'NULL'}`);
  return markup`<code>${parts.join(', ')}</code>`;
}

function cells(row: DifferingRow): Markup {
  if (row.cells.length === 0) return markup``;
  const parts = row.cells.map((cell) =>
    cell.old === undefined && cell.new === undefined
      ? cell.column
      : `${cell.column} (${cell.old ?? 'NULL'} → ${cell.new ?? 'NULL'})`,
  );
  return markup` in ${parts.join(', ')}`;
}

function notes(report: TableReport): Markup {
  const lines = [
    ...(report.rows === undefined ? [] : comparedRows(report.rows)),
    ...report.sums.map((sum) =>
      sum.old === sum.new
        ? markup`<li>sum of <code>${sum.column}</code>: ${sum.new} on both sides</li>`
        : markup`<li>
            <strong>sum of <code>${sum.column}</code> differs:</strong> old ${sum.old}, new ${sum.new}
          </li>`,
    ),
    ...report.notCompared.map((text) => markup`<li>not compared: ${text}</li>`),
  ];
  return lines.length === 0
    ? markup``
    : markup`<ul class="notes">
        ${lines}
      </ul>`;
}
