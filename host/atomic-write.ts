import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeDirectory } from './make-directory.ts';

/**
 * Writes a file so that a reader finds the old content or all of the new one, also after a crash. Synchronous,
 * because an exit handler has no time for anything else.
 * @throws the system's error; the temporary file is removed then
 */
export function writeFileAtomically(file: string, content: string): void {
  makeDirectory(dirname(file));
  // Not the process id alone: containers that share a volume all have the same ones.
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    const handle = openSync(temporary, 'w', 0o644);
    try {
      writeFileSync(handle, content);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncDirectory(dirname(file));
}

/** The name of the file that a temporary one becomes, or would have become; undefined for any other name. */
export function becomes(name: string): string | undefined {
  return /^(.+)\.\d+-[0-9a-f]{8}\.tmp$/.exec(name)?.[1];
}

/** Without this a rename may be lost when the machine stops. */
function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
