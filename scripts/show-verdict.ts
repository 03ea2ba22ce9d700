import path from 'node:path';
import type { Verdict } from '../contract/verdict/verdict.ts';
import { renderers } from '../reporters/renderers/index.ts';
import type { Screen } from '../safety/screen.ts';

/**
 * Prints a verdict on standard output: for people, or as JSON. Nothing when there is none; the reason was shown then.
 * @param report where its report was written, as the user named it
 */
export function showVerdict(
  screen: Screen,
  verdict: Verdict | undefined,
  json: boolean,
  report?: string,
): void {
  if (verdict === undefined) return;
  // Escaped, `##[` means the same to a JSON parser and nothing to the CI system that reads along.
  screen.out(
    json
      ? renderers.json(verdict).replace(/##(?=\w*\[)/g, '#\\u0023')
      : renderers.terminal(verdict, { colour: screen.colour, ...(report === undefined ? {} : { report }) }),
  );
}

/**
 * Says what nobody vouches for when evidence that lay on a disk was judged without a key. On standard error, as above.
 * @param keys how many were given
 */
export function noteUnsealed(screen: Screen, what: string, keys: number): void {
  if (keys > 0) return;
  screen.err(
    `Not sealed: whoever may write ${what} can have edited what was judged (docs/deploy/verify.md).`,
  );
}

/** Says where the page for people is. On standard error: with `--json`, standard output is for machines. */
export function nameReport(screen: Screen, output: string): void {
  screen.err(`The report: ${path.join(output, 'index.html')}`);
}
