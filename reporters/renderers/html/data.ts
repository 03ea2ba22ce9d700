import type { TableReport } from '../../../contract/finding.ts';
import type { Verdict } from '../../../contract/verdict.ts';
import { detailsOf } from '../sections.ts';
import { count } from '../words.ts';
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
    'Rows and sums of every mapped table',
    [
      { title: 'Check' },
      { title: 'State' },
      { title: 'Tables' },
      { title: 'Old rows', numeric: true },
      { title: 'New rows', numeric: true },
      { title: 'Difference', numeric: true },
      { title: 'Answer' },
      { title: 'Sums, and what was not compared' },
    ],
    detailsOf(verdict, 'table').map(({ check, detail }) => [
      checkName(check),
      stateBadge(check.state),
      markup`<code>${detail.table.old}</code> → <code>${detail.table.new}</code>`,
      rows(detail.table.oldRows),
      rows(detail.table.newRows),
      markup`${difference(detail.table)}`,
      markup`${ANSWER_WORDS[detail.table.answer]}`,
      notes(detail.table),
    ]),
  );
}

function rows(value: number | null): Markup {
  return markup`${value === null ? 'unknown' : count(value)}`;
}

function difference({ oldRows, newRows }: TableReport): string {
  if (oldRows === null || newRows === null) return 'unknown';
  const gap = newRows - oldRows;
  if (gap === 0) return '0';
  return `${gap > 0 ? '+' : '−'}${count(Math.abs(gap))}`;
}

function notes(report: TableReport): Markup {
  const lines = [
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
