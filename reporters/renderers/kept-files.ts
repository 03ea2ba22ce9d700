import type { KeptFile } from '../../contract/evidence/evidence.ts';
import type { PageReport } from '../../contract/evidence/detail.ts';
import type { CheckResult } from '../../contract/verdict/verdict.ts';

/** The command that opens a trace. @param report where the report lies, seen from where it is typed; `.`: in it */
export function showTrace({ path }: KeptFile, report: string): string {
  return `npx playwright show-trace ${quoted(report === '.' ? path : `${report}/${path}`)}`;
}

/** What the pages of the step met at which a flow stopped. */
export function pageReportOf({ findings }: CheckResult): PageReport | undefined {
  const steps = findings.flatMap(({ detail }) => (detail?.kind === 'flow' ? detail.steps : []));
  return steps.findLast(({ page }) => page !== undefined)?.page;
}

function quoted(path: string): string {
  return /^[\w./@:+-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
