import { SpecOutcome, type SpecReport, type SpecTest } from '../../contract/evidence/spec-report.ts';
import { plural } from './words.ts';

/** Words for what became of tests, as they follow a number. */
const COUNTED: Record<SpecOutcome, string> = {
  passed: 'passed',
  failed: 'failed',
  flaky: 'flaky',
  unknown: 'could not tell',
  'expected-failure': 'failed as expected',
  skipped: 'skipped',
  'not-run': 'not run',
};

/** `14 tests: 12 passed, 2 skipped`. */
export function specCounts({ counts }: SpecReport): string {
  const all = SpecOutcome.options.reduce((sum, outcome) => sum + counts[outcome], 0);
  const parts = SpecOutcome.options.flatMap((outcome) =>
    counts[outcome] === 0 ? [] : [`${counts[outcome]} ${COUNTED[outcome]}`],
  );
  return [plural(all, 'test'), parts.join(', ')].filter((part) => part !== '').join(': ');
}

/** `e2e/basket.spec.ts:12 "keeps its content" failed: expected 2`. */
export function specTestLine({ at, title, outcome, error }: SpecTest): string {
  return `${at} "${title}" ${COUNTED[outcome]}${error === undefined ? '' : `: ${error}`}`;
}
