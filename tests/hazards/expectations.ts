import { isDeepStrictEqual } from 'node:util';
import type { Hazard } from './hazard.ts';
import type { Recorded } from './recorded.ts';

/** How an answer differs from what the hazard expects; empty when it does not. */
export function disagreements(hazard: Hazard, { playwright, greenlight }: Recorded): readonly string[] {
  const { expected } = hazard;
  const found: string[] = [];
  if (!isDeepStrictEqual(playwright, expected.playwright)) {
    found.push(`${hazard.id}: Playwright answers ${show(playwright)}, expected ${show(expected.playwright)}`);
  }
  const { exit, decision, says } = expected.greenlight;
  if (greenlight.exit !== exit || greenlight.decision !== decision) {
    found.push(
      `${hazard.id}: Greenlight answers ${show(greenlight)}, expected ${decision} with exit code ${exit}`,
    );
  } else if (sayingOf(hazard, greenlight.reasons) === undefined) {
    found.push(`${hazard.id}: no reason says "${says}": ${show(greenlight.reasons)}`);
  }
  return found;
}

/** The reason that names what happened. */
export function sayingOf(hazard: Hazard, reasons: readonly string[]): string | undefined {
  return reasons.find((reason) => reason.includes(hazard.expected.greenlight.says));
}

function show(value: unknown): string {
  return JSON.stringify(value);
}
