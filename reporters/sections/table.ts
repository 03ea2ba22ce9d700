import type { DifferingRow, RowsReport, TableReport } from '../../contract/evidence/detail.ts';
import type { CheckResult, Verdict } from '../../contract/verdict/verdict.ts';
import { checkName } from '../renderers/html/check-name.ts';
import { stateBadge } from '../renderers/html/icons.ts';
import { markup, type Markup } from '../renderers/html/markup.ts';
import { tableSection } from '../renderers/html/section.ts';
import { columns, heading } from '../renderers/terminal/paint.ts';
import { count, differingRows, plural } from '../renderers/words.ts';
import type { DetailSection } from './detail-section.ts';

/** Old against new, table by table; of checks of one table and of checks of several. */
export const table: DetailSection<'table'> = {
  statements: () => [],
  html: (verdict) =>
    tableSection(
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
      tablesOf(verdict).map(({ check, table: one }) => [
        checkName(check),
        stateBadge(check.state),
        markup`<code class="name">${one.old}</code> → <code class="name">${one.new}</code>`,
        rows(one.oldRows),
        rows(one.newRows),
        markup`${difference(one)}`,
        markup`${ANSWER_WORDS[one.answer]}`,
        notes(one),
      ]),
    ),
  terminal: (verdict, paint) => {
    const tables = tablesOf(verdict);
    if (tables.length === 0) return [];
    const rows = tables.map(({ check, table: one }) => [
      check.id,
      `${one.old} -> ${one.new}`,
      one.oldRows === null ? '?' : count(one.oldRows),
      one.newRows === null ? '?' : count(one.newRows),
      one.answer,
      one.rows === undefined ? 'only counted' : differingRows(one.rows),
    ]);
    return [
      heading('Data', tables.length, paint),
      ...columns(['check', 'table', 'old rows', 'new rows', 'answer', 'differing rows'], rows, [2, 3], paint),
      '',
    ];
  },
};

/** Every table that was compared, or should have been, with its check, in the order of the manifest. */
function tablesOf(verdict: Verdict): readonly { readonly check: CheckResult; readonly table: TableReport }[] {
  return verdict.checks.flatMap((check) =>
    check.findings.flatMap(({ detail }) => {
      const tables =
        detail?.kind === 'table' ? [detail.table] : detail?.kind === 'tables' ? detail.tables : [];
      return tables.map((one) => ({ check, table: one }));
    }),
  );
}

const ANSWER_WORDS: Record<TableReport['answer'], string> = {
  equal: 'equal',
  different: 'different',
  'not-checked': 'not checked',
  unstable: 'changed while counting',
};

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
