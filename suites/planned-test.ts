import type { TestDetails, TestInfo } from '@playwright/test';
import { CHECK_ANNOTATION } from '../contract/check-id.ts';
import type { PlannedCheck } from '../contract/checks.ts';
import { type Finding, FindingSaysNo, recordFinding } from '../contract/finding.ts';
import type { Redactor } from '../safety/redactor.ts';

/** Annotation and tags by which Playwright, the recorder and `--grep` know a check. */
export function detailsOf(check: PlannedCheck, tags: readonly string[] = []): TestDetails {
  const all = [check.severity, check.id, ...tags].map(tagOf);
  return {
    annotation: { type: CHECK_ANNOTATION, description: check.id },
    tag: [...new Set(all)],
  };
}

/** A tag of Playwright begins with @ and has no white space. */
function tagOf(text: string): `@${string}` {
  return `@${text.trim().replace(/^@/, '').replace(/\s+/g, '-')}`;
}

/**
 * Gives each check of a manifest a title that no other one has: Playwright refuses a file with two equal titles, and
 * then nothing of it runs.
 */
export function uniqueTitles(checks: readonly PlannedCheck[]): ReadonlyMap<string, string> {
  const count = new Map<string, number>();
  for (const { title } of checks) count.set(title, (count.get(title) ?? 0) + 1);
  return new Map(checks.map(({ id, title }) => [id, count.get(title) === 1 ? title : `${title} (${id})`]));
}

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
