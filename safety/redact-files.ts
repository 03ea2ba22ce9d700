import { lstatSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CannotRedact, redactBytes } from './redact-bytes.ts';
import type { FullRedactor } from './redactor.ts';

/**
 * Redacts a file in place, atomically. One that can't be redacted is replaced by a sentence that says so.
 * @returns whether it was changed
 */
export function redactFile(file: string, redactor: FullRedactor): boolean {
  let clean: Buffer | undefined;
  try {
    clean = redactBytes(readFileSync(file), redactor);
  } catch (error) {
    // ERR_FS_FILE_TOO_LARGE: Node reads no file above 2 GiB at once.
    if (!(error instanceof Error)) throw error;
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_FS_FILE_TOO_LARGE';
    if (!(error instanceof CannotRedact) && !tooLarge) throw error;
    clean = Buffer.from(`[removed by Greenlight: it could not be searched for secrets: ${error.message}]\n`);
  }
  if (clean === undefined) return false;
  const draft = `${file}.redacted-${process.pid}`;
  try {
    writeFileSync(draft, clean, { mode: lstatSync(file).mode });
    renameSync(draft, file);
  } catch (error) {
    // A full disk: better no file than one with secrets in it.
    rmSync(draft, { force: true });
    rmSync(file, { force: true });
    throw error;
  }
  return true;
}

/** Redacts every regular file below a directory that was changed at or after `sinceMs`; links are not followed. */
export function redactTree(directory: string, redactor: FullRedactor, sinceMs = 0): void {
  for (const file of filesBelow(directory)) {
    const stat = lstatSync(file, { throwIfNoEntry: false });
    if (stat && stat.mtimeMs >= sinceMs) redactFile(file, redactor);
  }
}

/** All regular files below a directory; none when it does not exist. */
export function filesBelow(directory: string): readonly string[] {
  if (lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}
