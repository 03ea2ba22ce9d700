import type { StateFinding, StateResult } from '../../data-checks/postgres/state/state.ts';
import { plainText, textTable } from './text-table.ts';

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
  ].join('\n');
}

function details(result: StateResult): readonly string[] {
  if (result.answer === 'not-checked') {
    return ['', `${result.check} was not checked: ${result.reason ?? 'nobody knows why'}`];
  }
  if (result.findings.length === 0) return [];
  const shown = result.findings.slice(0, MOST_FINDINGS);
  const unshown = result.findings.length - shown.length;
  return ['', `${result.title}:`, ...shown.flatMap(lines), ...(unshown > 0 ? [`  and ${unshown} more`] : [])];
}

function lines(finding: StateFinding): readonly string[] {
  const mark = finding.severity === 'blocking' ? 'broken' : 'warning';
  return [
    `  ${mark}: ${finding.summary}`,
    ...(finding.remedy === '' ? [] : [`    remedy: ${finding.remedy}`]),
  ];
}
