import type { Finding } from '../../contract/evidence/finding.ts';
import type { Outcome, Severity } from '../../contract/evidence/outcome.ts';
import type { Waiver } from '../../contract/verdict/policy.ts';
import { textTable } from '../../run/text-table.ts';

/** One service level as it was evaluated. */
export interface EvaluatedSlo {
  readonly title: string;
  readonly severity: Severity;
  /** The waiver that takes its failure out of the decision, if one counts. */
  readonly waiver: Waiver | null;
  readonly finding: Finding;
}

const WORDS: Record<Outcome, string> = {
  pass: 'holds',
  fail: 'BROKEN',
  unknown: 'unknown',
  'not-applicable': 'not applicable',
};

/** The table of all levels, and below it what was seen and what to do. Pure. */
export function renderSlo(levels: readonly EvaluatedSlo[]): string {
  const rows = levels.map(({ severity, waiver, finding }) => [
    finding.check,
    [
      WORDS[finding.outcome],
      ...(finding.cause === 'warning-level' ? ['(warning)'] : []),
      ...(severity === 'advisory' ? ['(advisory)'] : []),
      ...(waiver === null ? [] : [`(waived until ${waiver.until})`]),
    ].join(' '),
    String(finding.measured ?? '-'),
    String(finding.expected ?? '-'),
    String(finding.sampleSize ?? 0),
  ]);
  const said = levels.flatMap(({ finding }) => [
    `${finding.check}: ${finding.summary}`,
    ...(finding.remedy === undefined ? [] : [`    -> ${finding.remedy}`]),
  ]);
  return [
    ...textTable(['level', 'answer', 'measured', 'expected', 'events'], rows, [2, 3, 4]),
    '',
    ...said,
  ].join('\n');
}
