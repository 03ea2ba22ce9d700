import type { TestInfo } from '@playwright/test';
import { type Finding, FindingSaysNo, recordFinding } from '../contract/finding.ts';
import type { Redactor } from '../safety/redactor.ts';

/**
 * Records what a check saw, without secrets.
 * @throws FindingSaysNo where it is no pass, so that Playwright shows the test as failed
 */
export async function conclude(said: Finding, testInfo: TestInfo, redactor: Redactor): Promise<void> {
  const finding = redactor.deep(said);
  await recordFinding(testInfo, finding);
  if (finding.outcome === 'fail' || finding.outcome === 'unknown') throw new FindingSaysNo(finding);
}
