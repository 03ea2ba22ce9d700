import { writeSync } from 'node:fs';
import { PROGRESS_DESCRIPTOR, ProgressEvent } from '../contract/evidence/progress-event.ts';

/** Tells the command line, from Playwright's main process. Never throws: whoever watched may have gone. */
export function sendProgress(event: ProgressEvent): void {
  try {
    writeSync(PROGRESS_DESCRIPTOR, `${JSON.stringify(event)}\n`);
  } catch {
    // Then the run has ended, too, and nobody waits for an answer.
  }
}

/** @returns undefined for a line of someone else on our pipe */
export function readProgress(line: string): ProgressEvent | undefined {
  try {
    return ProgressEvent.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
