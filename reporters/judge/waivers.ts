import type { PlannedCheck } from '../../contract/plan/checks.ts';
import type { Waiver } from '../../contract/verdict/policy.ts';

/** Which waivers count on a day, and what to tell about those that do not. */
export interface WaiversThatCount {
  readonly of: (check: string) => Waiver | null;
  readonly notices: readonly string[];
}

/** The end of its last day in UTC, in milliseconds since 1970. */
export function endOfWaiver({ until }: Waiver): number {
  return Date.parse(`${until}T23:59:59.999Z`);
}

/**
 * Sorts out the waivers of a policy.
 * @param decidedAt ISO time; a waiver counts up to and including its last day in UTC
 */
export function waiversThatCount(
  waivers: readonly Waiver[],
  manifest: readonly PlannedCheck[],
  decidedAt: string,
): WaiversThatCount {
  const now = Date.parse(decidedAt);
  const counting = new Map<string, Waiver>();
  const notices: string[] = [];
  for (const waiver of waivers) {
    const lastMoment = endOfWaiver(waiver);
    if (!manifest.some((check) => check.id === waiver.check)) {
      notices.push(`The waiver for ${waiver.check} does not count: this phase has no such check.`);
    } else if (!(now <= lastMoment)) {
      // Written so that a time that cannot be read does not count either.
      notices.push(
        `The waiver for ${waiver.check} (${waiver.owner}) does not count: it ended on ${waiver.until}.`,
      );
    } else if (!counting.has(waiver.check)) {
      counting.set(waiver.check, waiver);
    }
  }
  return { of: (check) => counting.get(check) ?? null, notices };
}
