import { withoutColours } from '../words.ts';

/** The words with which Playwright names a locator that it waits for, and not a navigation, an event or a function. */
const WAITING = /^\s*-?\s*waiting for ((?:locator|getBy[A-Z]\w*|frameLocator)\(.*?)(?: to be \w+)?\s*$/gm;
/** So its log goes on once the locator has matched something. */
const RESOLVED = /\blocator resolved to\b|\bresolved to \d+ elements?\b/;

/** A locator for which a step of Playwright waited in vain. */
export interface AwaitedLocator {
  readonly locator: string;
  /** Whether it matched something, which then was not as wanted: hidden, or with another text. */
  readonly found: boolean;
}

/**
 * The locator that a page function waited for when it failed.
 * @param error with Playwright's call log in its message
 * @returns undefined where it waited for none
 */
export function awaitedLocator(error: unknown): AwaitedLocator | undefined {
  if (!(error instanceof Error)) return undefined;
  const log = withoutColours(error.message);
  const locator = [...log.matchAll(WAITING)].at(-1)?.[1]?.trim();
  return locator === undefined ? undefined : { locator, found: RESOLVED.test(log) };
}

/** The locator that matched nothing for as long as it was waited for. */
export function missedLocator(error: unknown): string | undefined {
  const awaited = awaitedLocator(error);
  return awaited?.found === false ? awaited.locator : undefined;
}
