import type { StateReport } from '../../contract/evidence/detail.ts';
import { NOT_LOOKED_AT } from '../../contract/plan/state-checks.ts';
import { checkName } from '../renderers/html/check-name.ts';
import { stateBadge } from '../renderers/html/icons.ts';
import { markup, type Markup } from '../renderers/html/markup.ts';
import { tableSection } from '../renderers/html/section.ts';
import { clean, heading, MOST_SHOWN, moreLine } from '../renderers/terminal/paint.ts';
import { count, plural } from '../renderers/words.ts';
import { type DetailSection, detailsOf } from './detail-section.ts';

/** What the databases hold besides rows, check by check, with the statement that puts each fault right. */
export const state: DetailSection<'state'> = {
  statements: () => [],
  html: (verdict) =>
    tableSection(
      'database-state',
      'Databases: everything besides rows',
      `Sequences, constraints, indexes, grants, settings and the like, old against new. Not looked at by any check: ${NOT_LOOKED_AT.join('; ')}`,
      [
        { title: 'Check' },
        { title: 'State' },
        { title: 'Looked at', numeric: true },
        { title: 'What was found, and what to do' },
      ],
      detailsOf(verdict, 'state').map(({ check, detail }) => [
        checkName(check),
        stateBadge(check.state),
        markup`${count(detail.state.examined)}`,
        notes(detail.state),
      ]),
    ),
  terminal: (verdict, paint) => {
    const checks = detailsOf(verdict, 'state');
    if (checks.length === 0) return [];
    const told = checks.filter(
      ({ detail: { state } }) =>
        state.findings.length + state.letPass.length + (state.undecided ?? []).length > 0,
    );
    const silent = checks.length - told.length;
    return [
      heading('Databases, besides rows', checks.length, paint),
      ...told.flatMap(({ check, detail: { state } }) => [
        `  ${paint('bold', check.id)}`,
        ...state.findings
          .slice(0, MOST_SHOWN)
          .flatMap(({ severity, summary, remedy }) => [
            `    ${severity === 'blocking' ? paint('red', 'fault') : paint('yellow', 'warning')}: ${clean(summary)}`,
            ...(remedy === '' ? [] : [`      remedy: ${clean(remedy)}`]),
          ]),
        ...moreLine(state.more + state.findings.length - MOST_SHOWN),
        ...(state.undecided ?? [])
          .slice(0, MOST_SHOWN)
          .map(({ summary }) => `    ${paint('yellow', 'could not compare')}: ${clean(summary)}`),
        ...state.letPass
          .slice(0, MOST_SHOWN)
          .map(({ object, because }) => paint('dim', `    let pass: ${clean(object)} (${clean(because)})`)),
        ...moreLine(state.letPass.length - MOST_SHOWN),
      ]),
      ...(silent > 0 ? [`  ${plural(silent, told.length > 0 ? 'other' : 'check')} found nothing`] : []),
      '',
    ];
  },
};

function notes({ findings, more, letPass, undecided = [], unjudged = [] }: StateReport): Markup {
  if (findings.length + letPass.length + undecided.length + unjudged.length === 0) return markup``;
  return markup`<ul class="notes">
    ${findings.map(
      (finding) =>
        markup`<li>
          <strong>${finding.severity === 'blocking' ? 'fault' : 'warning'}:</strong> ${finding.summary}
          ${finding.remedy === '' ? '' : markup`<br />What to do: <code>${finding.remedy}</code>`}
        </li>`,
    )}
    ${more > 0 ? markup`<li>and ${count(more)} more</li>` : ''}
    ${undecided.map((one) => markup`<li><strong>could not compare:</strong> ${one.summary}</li>`)}
    ${unjudged.map((one) => markup`<li>not looked at: ${one}</li>`)}
    ${letPass.map((one) => markup`<li>let pass: <code>${one.object}</code> (${one.because})</li>`)}
  </ul>`;
}
