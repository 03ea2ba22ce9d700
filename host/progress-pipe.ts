import { writeSync } from 'node:fs';
import { PROGRESS_DESCRIPTOR, ProgressEvent } from '../contract/evidence/progress-event.ts';

/**
 * Tells the command line, from Playwright's main process.
 * @returns whether it could be told: it may have gone, or code of the user may have closed the pipe
 */
export function sendProgress(event: ProgressEvent): boolean {
  try {
    writeSync(PROGRESS_DESCRIPTOR, `${JSON.stringify(event)}\n`);
    return true;
  } catch {
    return false;
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
