import type { TestDetails, TestInfo, TestType } from '@playwright/test';
import type { PlannedCheck } from '../contract/plan/checks.ts';
import type { Room } from '../contract/plan/kinds/check-kind.ts';
import { CHECK_KINDS, type SourceOf } from '../contract/plan/kinds/index.ts';
import { type Finding, recordFinding } from '../contract/evidence/finding.ts';
import type { Plan } from '../contract/plan/plan.ts';
import { redactorOf } from '../safety/redactor.ts';
import { checksOfThisRun } from '../host/run-context.ts';
import { conclude } from './conclude.ts';
import { detailsOf, uniqueTitles } from './details.ts';
import type { StageTestFixtures, StageWorkerFixtures } from './staged-test.ts';
import { callFromUserPlace } from './user-place.ts';

/**
 * What looks at the target for one check. Its first parameter must be a pattern, `({ control, ports }, testInfo)`, as in
 * any Playwright test: that is how Playwright knows which fixtures it needs. A throw says nothing about the target.
 */
export type Look<Fixtures> = (fixtures: Fixtures, testInfo: TestInfo) => Promise<Finding>;

/** How one planned check looks. */
export interface PlannedLook<Fixtures> {
  /** Further tags, with or without @. */
  readonly tags?: readonly string[];
  readonly look: Look<Fixtures>;
  /** Whether Playwright shall show a finding as passed although it does not hold; it is recorded all the same. */
  readonly letStand?: (finding: Finding) => boolean;
}

/** How a room looks, kind by kind; undefined for checks that it registers elsewhere. */
export type LooksOf<R extends Room, Fixtures> = {
  readonly [S in SourceOf<R>]: (check: PlannedCheck) => PlannedLook<Fixtures> | undefined;
};

/** Of the many ways to call Playwright's `test` the one that is used here; bodies differ only in their fixtures. */
type Register = (title: string, details: TestDetails, body: unknown) => void;

/**
 * Registers the planned checks of this run that one room is responsible for, each as one Playwright test: under a title
 * of its own, with its tags, at the place in the user's spec file that asked for it. What a check saw is redacted,
 * recorded, and thrown where it does not hold.
 * @param looks a line for every kind of check that belongs to the room
 */
export function registerChecks<
  T extends StageTestFixtures,
  W extends StageWorkerFixtures,
  const R extends Room,
>(test: TestType<T, W>, plan: Plan, room: R, looks: LooksOf<R, T & W>): void {
  const manifest = checksOfThisRun(plan);
  const titles = uniqueTitles(manifest);
  const redactor = redactorOf(plan);
  const fromThere = callFromUserPlace();
  for (const check of manifest) {
    if (CHECK_KINDS[check.source].room !== room) continue;
    // That the room of a kind names it is what the type of `looks` says.
    const planned = looks[check.source as SourceOf<R>](check);
    if (planned === undefined) continue;
    const { look, letStand } = planned;
    const body = async (fixtures: T & W, testInfo: TestInfo): Promise<void> => {
      const finding = await look(fixtures, testInfo);
      if (letStand?.(finding) === true) await recordFinding(testInfo, redactor.deep(finding));
      else await conclude(finding, testInfo, redactor);
    };
    // Playwright reads the names of the fixtures out of the text of the function that it is given.
    body.toString = () => look.toString();
    const title = titles.get(check.id) ?? check.title;
    fromThere<Parameters<Register>, void>(test as Register, title, detailsOf(check, planned.tags), body);
  }
}

/**
 * Registers one check whose body is the user's own, at the line that asked for it. It records no finding: what its
 * `expect`s say is the answer.
 * @param check of the manifest; without a plan only its id is known
 */
export function registerOwnCheck<T extends StageTestFixtures, W extends StageWorkerFixtures>(
  test: TestType<T, W>,
  check: PlannedCheck | { readonly id: string },
  options: { readonly manifest: readonly PlannedCheck[]; readonly tags?: readonly string[] | undefined },
  body: Parameters<TestType<T, W>>[2],
): void {
  const title = uniqueTitles(options.manifest).get(check.id) ?? check.id;
  callFromUserPlace()<Parameters<Register>, void>(
    test as Register,
    title,
    detailsOf(check, options.tags),
    body,
  );
}
