import type { Verdict } from '../contract/verdict.ts';
import { renderers } from '../reporters/renderers/index.ts';
import type { Screen } from './screen.ts';

/** Prints a verdict on standard output: for people, or as JSON. Nothing when there is none; the reason was shown then. */
export function showVerdict(screen: Screen, verdict: Verdict | undefined, json: boolean): void {
  if (verdict === undefined) return;
  screen.out(json ? renderers.json(verdict) : renderers.terminal(verdict, { colour: screen.colour }));
}
