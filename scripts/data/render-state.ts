import { NOT_LOOKED_AT } from '../../contract/plan/state-checks.ts';
import type { StateFinding, StateResult } from '../../data-checks/postgres/state/state.ts';
import { plainText, textTable } from '../../run/text-table.ts';

const ANSWER_WORDS: Record<StateResult['answer'], string> = {
  holds: 'holds',
  broken: 'broken',
  warned: 'holds, with warnings',
  'not-checked': 'not checked',
};

/** Findings of one check that a terminal shows; `--json` has all. */
const MOST_FINDINGS = 20;

/** State checks for a terminal: each in a line, then what is wrong and the statement that puts it right. */
export function renderState(results: readonly StateResult[]): string {
  const rows = results.map((result) => [
    result.check,
    ANSWER_WORDS[result.answer],
    String(result.examined),
    String(result.findings.length),
  ]);
  return [
    ...textTable(['check', 'answer', 'examined', 'findings'], rows, [2, 3]),
    ...results.flatMap(details).map(plainText),
    '',
    `Not looked at by any check: ${NOT_LOOKED_AT.join('; ')}`,
  ].join('\n');
}

function details(result: StateResult): readonly string[] {
  const { answer, findings, undecided, unjudged } = result;
  const unread = answer === 'not-checked' && undecided.length === 0;
  return [
    ...(unread ? ['', `${result.check} was not checked: ${result.reason ?? 'nobody knows why'}`] : []),
    ...(findings.length + undecided.length + unjudged.length > 0 ? ['', `${result.title}:`] : []),
    ...firstOf(findings, lines),
    ...firstOf(undecided, ({ summary }) => [`  could not compare: ${summary}`]),
    ...firstOf(unjudged, (text) => [`  not looked at: ${text}`]),
  ];
}

function firstOf<T>(items: readonly T[], show: (item: T) => readonly string[]): readonly string[] {
  const unshown = items.length - MOST_FINDINGS;
  return [...items.slice(0, MOST_FINDINGS).flatMap(show), ...(unshown > 0 ? [`  and ${unshown} more`] : [])];
}

function lines(finding: StateFinding): readonly string[] {
  const mark = finding.severity === 'blocking' ? 'broken' : 'warning';
  return [
    `  ${mark}: ${finding.summary}`,
    ...(finding.remedy === '' ? [] : [`    remedy: ${finding.remedy}`]),
  ];
}
