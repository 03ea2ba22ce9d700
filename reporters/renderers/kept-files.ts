import type { KeptFile } from '../../contract/evidence/evidence.ts';
import type { PageReport } from '../../contract/evidence/detail.ts';
import type { CheckResult } from '../../contract/verdict/verdict.ts';
import { shellWord } from './shell-word.ts';

/** The command that opens a trace. @param report where the report lies, seen from where it is typed; `.`: in it */
export function showTrace({ path }: KeptFile, report: string): string {
  return `npx playwright show-trace ${shellWord(report === '.' ? path : `${report}/${path}`)}`;
}

/**
 * What was kept of a check and is worth opening. Playwright writes a trace of every test that did not pass; where no page
 * can have been open, it shows nothing but our own calls.
 */
export function filesOf(check: CheckResult): readonly KeptFile[] {
  const files = check.files ?? [];
  return mayHaveHadPages(check, files) ? files : files.filter(({ kind }) => kind !== 'trace');
}

/** A check that says nothing about what it did is one in a spec of the user, or ended before it could say it. */
function mayHaveHadPages({ findings }: CheckResult, files: readonly KeptFile[]): boolean {
  const details = findings.flatMap(({ detail }) => (detail === undefined ? [] : [detail]));
  return (
    details.length === 0 ||
    files.some(({ kind }) => kind === 'screenshot') ||
    details.some((detail) => detail.kind === 'flow' && detail.steps.some(({ kind }) => kind === 'page'))
  );
}

/** What the pages of the step met at which a flow stopped. */
export function pageReportOf({ findings }: CheckResult): PageReport | undefined {
  const steps = findings.flatMap(({ detail }) => (detail?.kind === 'flow' ? detail.steps : []));
  return steps.findLast(({ page }) => page !== undefined)?.page;
}
