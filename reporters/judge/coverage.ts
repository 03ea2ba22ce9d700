import type { CoverageReport } from '../../contract/evidence/coverage.ts';
import type { CheckResult } from '../../contract/verdict/verdict.ts';

/**
 * `14 of 27 tables compared`, and why not all; undefined where the plan compares no tables. A table counts as compared
 * only when a check that compares it says what it found.
 */
export function tablesCompared(checks: readonly CheckResult[]): string | undefined {
  const report = coverageOf(checks);
  if (report === undefined) return undefined;
  const answered = new Set(checks.filter(hasAnswer).map((check) => check.id));
  // Of a table whose partitions are compared one by one, each has to be.
  const compared = report.tables.filter(
    ({ state, by }) => state === 'compared' && by.every((id) => answered.has(id)),
  ).length;
  const excluded = report.tables.filter(({ state }) => state === 'excluded').length;
  const empty = report.tables.filter(({ state }) => state === 'empty').length;
  const apart = [
    ...(excluded > 0 ? [`${excluded} left out`] : []),
    ...(empty > 0 ? [`${empty} empty`] : []),
  ].join(', ');
  const tables = report.tables.length === 1 ? 'table' : 'tables';
  return `${compared} of ${report.tables.length} ${tables} compared${apart === '' ? '' : ` (${apart})`}`;
}

/** Which tables of old are compared; undefined where nobody found out. */
export function coverageOf(checks: readonly CheckResult[]): CoverageReport | undefined {
  for (const { findings } of checks) {
    for (const { detail } of findings) if (detail?.kind === 'coverage') return detail.coverage;
  }
  return undefined;
}

function hasAnswer({ findings }: CheckResult): boolean {
  const tables = findings.flatMap(({ detail }) =>
    detail?.kind === 'table' ? [detail.table] : detail?.kind === 'tables' ? detail.tables : [],
  );
  return tables.length > 0 && tables.every(({ answer }) => answer === 'equal' || answer === 'different');
}
