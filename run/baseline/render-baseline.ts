import type { Baseline } from '../../contract/load/baseline.ts';
import type { CheckResult } from '../../contract/verdict/verdict.ts';
import type { BaselineAnswer } from '../../load/compare/compare-baseline.ts';
import { textTable } from '../text-table.ts';

/** What a baseline holds, for people. Pure. */
export function renderBaseline(baseline: Baseline, file: string): string {
  const rows = baseline.entries.flatMap(({ check, runs }) =>
    runs.map(({ run, release, result }) => [
      check,
      run,
      release?.id ?? '-',
      String(result.requests),
      ...[result.latency?.p50, result.latency?.p95, result.latency?.p99].map((ms) => ms?.toFixed(1) ?? '-'),
      result.startedAt,
    ]),
  );
  const places = baseline.entries.map(({ check, fingerprint: { target, engine, model, machine } }) =>
    [
      `${check}: ${target}, ${engine} (${model} model)`,
      `${machine.cores} cores of ${machine.cpu}, ${machine.memoryGiB} GiB, ${machine.platform}, Node.js ${machine.node}`,
    ].join('; '),
  );
  return [
    `${file}, saved ${baseline.savedAt} by greenlight ${baseline.greenlight}`,
    `${baseline.digest} (holds)`,
    '',
    ...textTable(
      ['check', 'run', 'release', 'requests', 'p50 ms', 'p95 ms', 'p99 ms', 'measured'],
      rows,
      [3, 4, 5, 6],
    ),
    '',
    ...places,
  ].join('\n');
}

const WORDS: Record<BaselineAnswer['outcome'], string> = {
  pass: 'holds',
  fail: 'SLOWER',
  unknown: 'unknown',
};

/**
 * The answers of a comparison, for people. Pure.
 * @param judged what the policy of the run makes of each, in the same order
 */
export function renderAnswers(
  answers: readonly BaselineAnswer[],
  judged: readonly Pick<CheckResult, 'severity' | 'waiver' | 'state' | 'summary'>[],
): string {
  return answers
    .map(({ check, outcome, reason }, index) => {
      const { severity, waiver, state, summary } = judged[index] ?? {};
      const marks = [
        ...(severity === 'advisory' ? ['advisory'] : []),
        ...(waiver ? [`waived until ${waiver.until}`] : []),
        // A floor of the policy that was not reached, for instance.
        ...(outcome === 'pass' && state === 'unknown' ? [`does not count: ${summary ?? ''}`] : []),
      ].map((mark) => ` (${mark})`);
      return `${WORDS[outcome]}  ${check}: ${reason}${marks.join('')}`;
    })
    .join('\n');
}
