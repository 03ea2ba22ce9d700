import type { StateReport } from '../../../contract/evidence/finding.ts';
import { NOT_LOOKED_AT } from '../../../contract/plan/state-checks.ts';
import type { Verdict } from '../../../contract/verdict/verdict.ts';
import { detailsOf } from '../sections.ts';
import { count } from '../words.ts';
import { checkName } from './checks.ts';
import { stateBadge } from './icons.ts';
import { markup, type Markup } from './markup.ts';
import { tableSection } from './section.ts';

/** What the databases hold besides rows, check by check, with the statement that puts each fault right. */
export function databaseStateSection(verdict: Verdict): Markup {
  return tableSection(
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
  );
}

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
