import type { TestDetails } from '@playwright/test';
import { CHECK_ANNOTATION } from '../contract/plan/check-id.ts';
import { WAITS_ANNOTATION } from '../contract/evidence/stage-word.ts';
import type { PlannedCheck } from '../contract/plan/checks.ts';

/**
 * Annotations and tags by which Playwright, the recorder and `--grep` know a check: `@blocking`, `@<id>`, and its own. Only
 * for tests of `stagedTest`: it is said of them that they wait for their stage.
 */
export function detailsOf(
  check: Pick<PlannedCheck, 'id'> & Partial<PlannedCheck>,
  tags: readonly string[] = [],
): TestDetails {
  const all = [...(check.severity === undefined ? [] : [check.severity]), check.id, ...tags].map(tagOf);
  return {
    annotation: [{ type: CHECK_ANNOTATION, description: check.id }, { type: WAITS_ANNOTATION }],
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
 * @returns by check id
 */
export function uniqueTitles(checks: readonly PlannedCheck[]): ReadonlyMap<string, string> {
  let titles = new Map(checks.map(({ id, title }) => [id, title]));
  for (;;) {
    const count = new Map<string, number>();
    for (const title of titles.values()) count.set(title, (count.get(title) ?? 0) + 1);
    if ([...count.values()].every((times) => times === 1)) return titles;
    titles = new Map(
      [...titles].map(([id, title]) => [id, count.get(title) === 1 ? title : `${title} (${id})`]),
    );
  }
}
