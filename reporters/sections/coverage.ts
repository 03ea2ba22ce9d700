import type { CoveredTable } from '../../contract/evidence/coverage.ts';
import { coverageOf } from '../judge/coverage.ts';
import { markup } from '../renderers/html/markup.ts';
import { tableSection } from '../renderers/html/section.ts';
import { listSection } from '../renderers/terminal/paint.ts';
import { count } from '../renderers/words.ts';
import type { DetailSection } from './detail-section.ts';

/** Tables of old that no check compares, and what else holds rows. */
export const coverage: DetailSection<'coverage'> = {
  statements: () => [],
  html: (verdict) => {
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
  },
  terminal: (verdict, paint) => {
    const excluded = (coverageOf(verdict.checks)?.tables ?? []).filter(({ state }) => state === 'excluded');
    return listSection(
      'Not compared, as the plan says',
      excluded.map(({ table, because }) => `${table}: ${because ?? ''}`),
      paint,
    );
  },
};

const NOT_COMPARED_WORDS: Record<Exclude<CoveredTable['state'], 'compared'>, string> = {
  'not-compared': 'nobody compares it',
  excluded: 'left out by the plan',
  empty: 'empty on old',
};

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
