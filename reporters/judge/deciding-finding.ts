import type { Finding } from '../../contract/evidence/finding.ts';
import type { CheckResult } from '../../contract/verdict/verdict.ts';

/** The finding that a reader should see first: the worst one. */
export function decidingFinding(check: CheckResult): Finding | undefined {
  return (
    check.findings.find((finding) => finding.outcome === 'fail') ??
    check.findings.find((finding) => finding.outcome === 'unknown') ??
    check.findings[0]
  );
}
