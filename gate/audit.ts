import { appendFileSync, closeSync, openSync } from 'node:fs';
import { GreenlightError } from '../contract/errors.ts';

/** One line per event, written before the answer is sent. Throws when it cannot be written. */
export type Audit = (event: Readonly<Record<string, unknown>>) => void;

/**
 * An audit log as lines of JSON.
 * @param write gets one whole line without its end; it throws when the line is not safe
 */
export function createAudit(write: (line: string) => void, now: () => Date = () => new Date()): Audit {
  return (event) => write(JSON.stringify({ at: now().toISOString(), ...event }));
}

/**
 * Appends lines to a file. It is opened for each line: after a log was rotated, an open file would go on taking answers
 * under a name, or none, where nobody looks.
 * @throws GreenlightError FILE_UNWRITABLE when it cannot be opened
 */
export function lineFile(file: string): (line: string) => void {
  try {
    closeSync(openSync(file, 'a', MODE));
  } catch (cause) {
    throw new GreenlightError('FILE_UNWRITABLE', `--audit ${file} cannot be written`, { cause });
  }
  return (line) => appendFileSync(file, `${line}\n`, { mode: MODE });
}

/** Questions name targets, releases and the owners of tokens. */
const MODE = 0o600;
