import type { CheckState } from '../../contract/evidence/outcome.ts';
import type { CheckResult, Verdict } from '../../contract/verdict/verdict.ts';
import { isReasonOf } from '../judge/headline.ts';

/** Where a check is told in a report. Each check is in exactly one of these. */
export interface Sections {
  /** Failed or flaky blocking checks that are not waived. */
  readonly blocking: readonly CheckResult[];
  /** Looked, and could not tell: blocking or not. */
  readonly unclear: readonly CheckResult[];
  /** Failures of advisory checks, flaky advisory checks, and passes beyond the warning level of a metric. */
  readonly warnings: readonly CheckResult[];
  readonly waived: readonly CheckResult[];
  readonly notRun: readonly CheckResult[];
  /** Passed, and there was nothing to look at. */
  readonly nothingToSee: readonly CheckResult[];
  /** Passed. */
  readonly fine: readonly CheckResult[];
}

type Section = keyof Sections;

const SECTION_OF: Record<CheckState, (check: CheckResult, verdict: Verdict) => Section> = {
  failed: (check) => (check.severity === 'blocking' ? 'blocking' : 'warnings'),
  // What a flaky check means is the policy's word, and the decision shows which one it was.
  flaky: (check, verdict) => {
    if (check.severity === 'advisory' || verdict.decision === 'GO') return 'warnings';
    return verdict.decision === 'NO_GO' && isReasonOf(verdict.reason, check) ? 'blocking' : 'unclear';
  },
  unknown: (check) => (check.severity === 'blocking' ? 'unclear' : 'warnings'),
  'not-run': () => 'notRun',
  // Also where it may: a part that was missing is named, with its remedy, and never looks like a pass.
  'not-applicable': () => 'notRun',
  passed: (check) => (isBeyondWarning(check) ? 'warnings' : 'fine'),
  empty: () => 'nothingToSee',
};

/** Whether a check passed beyond the warning level of its metric: it decides as a pass, and people are told. */
export function isBeyondWarning({ state, findings }: CheckResult): boolean {
  return state === 'passed' && findings.some(({ cause }) => cause === 'warning-level');
}

/** Sorts the checks of a verdict into the sections of a report, in the order of the manifest. */
export function sectionsOf(verdict: Verdict): Sections {
  const sections: Record<Section, CheckResult[]> = {
    blocking: [],
    unclear: [],
    warnings: [],
    waived: [],
    notRun: [],
    nothingToSee: [],
    fine: [],
  };
  for (const check of verdict.checks) {
    sections[check.waiver === null ? SECTION_OF[check.state](check, verdict) : 'waived'].push(check);
  }
  return sections;
}
