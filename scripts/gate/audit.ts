import { appendFileSync, openSync } from 'node:fs';
import { GreenlightError } from '../../contract/errors.ts';

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
 * Appends lines to a file.
 * @throws GreenlightError USAGE when it cannot be opened
 */
export function lineFile(file: string): (line: string) => void {
  let handle: number;
  try {
    handle = openSync(file, 'a', 0o600);
  } catch (cause) {
    throw new GreenlightError('USAGE', `--audit ${file} cannot be written`, { cause });
  }
  return (line) => appendFileSync(handle, `${line}\n`);
}
