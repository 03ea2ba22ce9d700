import type { KeptFile } from '../../../contract/evidence/evidence.ts';
import type { CheckResult, Verdict } from '../../../contract/verdict/verdict.ts';
import { decidingFinding } from '../../judge/deciding-finding.ts';
import { byCause, isOneCause, type OneCause } from '../../judge/one-cause.ts';
import { statementsIn } from '../../sections/index.ts';
import { sectionsOf } from '../sections.ts';
import { filesOf, pageReportOf, showTrace } from '../kept-files.ts';
import { amount, duration, plural } from '../words.ts';
import { checkName } from './check-name.ts';
import { stateBadge, toneOfState } from './icons.ts';
import { link, markup, type Markup } from './markup.ts';
import { section, tableSection } from './section.ts';
import { statementTable } from './statement-table.ts';

/** What failed, what could not tell, what warns, what did not run. */
export function checkSections(verdict: Verdict): readonly Markup[] {
  const { blocking, unclear, warnings, notRun, nothingToSee } = sectionsOf(verdict);
  return [
    section('blocking', 'Blocking failures', blocking.map(card)),
    section(
      'unclear',
      'Could not tell',
      byCause(unclear).map(cardOf),
      'These checks ended without an answer about the target. They hold up GO and never cause a roll-back.',
      unclear.length,
    ),
    section(
      'warnings',
      'Warnings',
      byCause(warnings).map(cardOf),
      'Shown, and not part of the decision.',
      warnings.length,
    ),
    tableSection(
      'not-run',
      'What did not run',
      'Required checks without a result, and why',
      [{ title: 'Check' }, { title: 'Weight' }, { title: 'State' }, { title: 'Why' }],
      byCause(notRun).map(notRunRow),
      notRun.length,
    ),
    tableSection(
      'nothing-to-look-at',
      'What had nothing to look at',
      'Checks that found no object of their kind: they hold nothing up, and show nothing',
      [{ title: 'Check' }, { title: 'Weight' }, { title: 'Statement' }],
      nothingToSee.map((check) => [checkName(check), markup`${check.severity}`, markup`${check.title}`]),
    ),
  ];
}

function notRunRow(one: CheckResult | OneCause): readonly Markup[] {
  if (isOneCause(one)) {
    const [first] = one.checks;
    const ids = one.checks.map(({ id }, index) => markup`${index === 0 ? '' : ', '}<code>${id}</code>`);
    return [
      markup`${one.checks.length} checks<span class="of">${ids}</span>`,
      markup`${first?.severity ?? ''}`,
      stateBadge(one.state),
      markup`${[one.text, one.remedy].filter(Boolean).join('; ')}`,
    ];
  }
  return [
    checkName(one),
    markup`${one.severity}`,
    stateBadge(one.state),
    markup`${[one.summary, decidingFinding(one)?.remedy].filter(Boolean).join('; ')}`,
  ];
}

function cardOf(one: CheckResult | OneCause): Markup {
  return isOneCause(one) ? causeCard(one) : card(one);
}

/** Many checks that one thing keeps from an answer: told once, and each by its name. */
function causeCard({ checks, state, text, remedy }: OneCause): Markup {
  return markup`<article class="card ${toneOfState(state)}">
    <h3>${stateBadge(state)} ${checks.length} checks, one cause</h3>
    <p class="summary">${text}</p>
    ${remedy === undefined ? '' : markup`<p class="remedy"><strong>What to do:</strong> ${remedy}</p>`}
    <p class="small">${checks.map(({ id }, index) => markup`${index === 0 ? '' : ', '}<code>${id}</code>`)}</p>
  </article>`;
}

function card(check: CheckResult): Markup {
  const finding = decidingFinding(check);
  const measured = amount(finding?.measured, finding?.unit);
  const expected = amount(finding?.expected, finding?.unit);
  const broken = finding?.detail ? statementsIn(finding.detail).filter(({ ok }) => !ok) : [];
  // Where there is nothing, not even a blank line.
  const left = browserPart(check) ?? '';
  return markup`<article class="card ${toneOfState(check.state)}">
    <h3>${stateBadge(check.state)} ${check.title}</h3>
    <p class="title"><code>${check.id}</code></p>
    <p class="summary">${check.summary}</p>
    ${
      measured === undefined && expected === undefined
        ? ''
        : markup`<dl class="numbers">
            <div>
              <dt>measured</dt>
              <dd>${measured ?? 'nothing'}</dd>
            </div>
            <div>
              <dt>expected</dt>
              <dd>${expected ?? 'nothing'}</dd>
            </div>
          </dl>`
    }
    ${finding?.remedy === undefined ? '' : markup`<p class="remedy"><strong>What to do:</strong> ${finding.remedy}</p>`}
    ${check.owner === undefined ? '' : markup`<p class="remedy"><strong>Whom to call:</strong> ${check.owner}</p>`}
    ${check.runbook === undefined ? '' : markup`<p class="remedy"><strong>Runbook:</strong> ${link(check.runbook)}</p>`}
    ${broken.length === 0 ? left : markup`${statementTable(`Comparisons of ${check.id} that do not hold`, broken)}${left}`}
    <p class="small">
      ${check.severity} · ${check.project} ·
      ${plural(check.attempts, 'try', 'tries')}${check.cause ? ` · cause: ${check.cause}` : ''}
    </p>
  </article>`;
}

/** What a browser left of a check that did not pass. */
function browserPart(check: CheckResult): Markup | undefined {
  const { log = [], failedRequests = [] } = pageReportOf(check) ?? {};
  const files = filesOf(check);
  if (log.length + failedRequests.length + files.length === 0) return undefined;
  return markup`${lines("The last lines of Playwright's log:", log)}${lines('The last requests that failed:', failedRequests)}${files.map(fileLine)}`;
}

function lines(title: string, items: readonly string[]): Markup | string {
  if (items.length === 0) return '';
  return markup`<p class="small">${title}</p>
    <ul class="small">${items.map((item) => markup`<li><code>${item}</code></li>`)}</ul>`;
}

function fileLine(file: KeptFile): Markup {
  if (file.kind === 'screenshot')
    return markup`<p class="small"><a href="${file.path}">Screenshot</a> of the page at the end</p>`;
  return markup`<p class="small">Trace, opened in the directory of this page by <code>${showTrace(file, '.')}</code></p>`;
}

/** The whole manifest in its order: nothing is left out of the page. */
export function allChecks(verdict: Verdict): Markup {
  return tableSection(
    'checks',
    'All checks',
    'Every check that this phase requires',
    [
      { title: 'Check' },
      { title: 'State' },
      { title: 'Weight' },
      { title: 'What was seen' },
      { title: 'Tries', numeric: true },
      { title: 'Time', numeric: true },
    ],
    verdict.checks.map((check) => [
      checkName(check),
      stateBadge(check.state),
      markup`${check.severity}${check.waiver ? ', waived' : ''}`,
      markup`${check.summary}`,
      markup`${check.attempts}`,
      markup`${check.attempts === 0 ? '' : duration(check.durationMs)}`,
    ]),
  );
}
