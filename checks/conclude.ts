import type { TestInfo } from '@playwright/test';
import { type Finding, FindingSaysNo, recordFinding } from '../contract/evidence/finding.ts';
import type { Redactor } from '../safety/redactor.ts';

/**
 * Ends a test with what it saw: redacted, recorded, and shown by Playwright as failed unless it holds.
 * @throws FindingSaysNo for `fail` and `unknown`
 */
export async function conclude(finding: Finding, testInfo: TestInfo, redactor: Redactor): Promise<void> {
  const clean = redactor.deep(finding);
  await recordFinding(testInfo, clean);
  if (clean.outcome !== 'fail' && clean.outcome !== 'unknown') return;
  const error = new FindingSaysNo(clean);
  // Where it was thrown is always this line; reports would show it as if it were the reason.
  error.stack = `${error.name}: ${error.message}`;
  throw error;
}
