import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import path from 'node:path';
import type { StoredVerdict } from '../contract/ports/gate-store.ts';
import { reportFiles } from '../host/report-files.ts';
import { parseStoredVerdict } from './stored-verdict.ts';

/** A verdict of 10,000 checks is about 10 MB. */
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_PROOF_BYTES = 1024 * 1024;

/**
 * The verdict and the proof in a report directory.
 * @returns undefined when they cannot be read or are no verdict of this version
 */
export async function readStoredReport(directory: string): Promise<StoredVerdict | undefined> {
  const files = reportFiles(directory);
  // The proof is written before the verdict, so a proof that is not there now was never meant to be.
  const text = await readLimited(files.verdict, MOST_BYTES);
  const proof = await readLimited(files.proof, MOST_PROOF_BYTES);
  return text === undefined ? undefined : parseStoredVerdict(text, proof ?? null);
}

/**
 * Changes whenever the report was replaced.
 * @returns undefined when there is no verdict, an empty text when it is no plain file
 */
export async function stampOfReport(directory: string): Promise<string | undefined> {
  const files = reportFiles(directory);
  const verdict = await stampOf(files.verdict);
  return verdict ? `${verdict} ${(await stampOf(files.proof)) ?? ''}` : verdict;
}

async function stampOf(file: string): Promise<string | undefined> {
  try {
    const stat = await lstat(file);
    // A link could lead out of the folder, and a pipe would hold up every answer.
    return stat.isFile() ? [stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join(':') : '';
  } catch (error) {
    return isMissing(error) ? undefined : '';
  }
}

async function readLimited(file: string, most: number): Promise<string | undefined> {
  try {
    // The name may have become a link since it was looked at.
    const handle = await open(path.resolve(file), constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const stat = await handle.stat();
      return stat.isFile() && stat.size <= most ? await handle.readFile('utf8') : undefined;
    } finally {
      await handle.close();
    }
  } catch {
    // It counts as unreadable, which is never GO, and the gate reports it by name.
    return undefined;
  }
}

/** Whether a file is not there, as against cannot be read. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
