import type { TestCase } from '@playwright/test/reporter';
import { CHECK_ANNOTATION, CheckId } from '../../contract/plan/check-id.ts';
import { Project } from '../../contract/evidence/outcome.ts';

/** Which check a test is, if it is one. */
export type TestIdentity =
  | { readonly kind: 'check'; readonly id: string }
  /** Not in one of our projects: none of our business. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'wrong'; readonly problem: string };

/** Reads the check id of a test from its annotations. */
export function checkOf(test: TestCase): TestIdentity {
  const named = [...test.annotations, ...test.results.flatMap((result) => result.annotations)]
    .filter((annotation) => annotation.type === CHECK_ANNOTATION)
    .map((annotation) => annotation.description ?? '');
  const ids = [...new Set(named)];
  const where = `the test "${test.title}" (${placeOf(test)})`;
  const [id, ...more] = ids;
  if (id === undefined) {
    return isOurs(test) ? { kind: 'wrong', problem: `${where} belongs to no check` } : { kind: 'foreign' };
  }
  if (more.length > 0)
    return { kind: 'wrong', problem: `${where} claims to be several checks: ${ids.join(', ')}` };
  return CheckId.safeParse(id).success
    ? { kind: 'check', id }
    : { kind: 'wrong', problem: `${where} has "${id}" for its check id, which is none` };
}

/** The name of the Playwright project of a test. */
export function projectOf(test: TestCase): string {
  return test.parent.project()?.name ?? '';
}

function isOurs(test: TestCase): boolean {
  return Project.safeParse(projectOf(test)).success;
}

function placeOf(test: TestCase): string {
  const file = test.location.file.split(/[\\/]/).at(-1) ?? test.location.file;
  return `${file}:${test.location.line}`;
}
