import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const MOST = 2_000;

/** The last lines of a log, indented and led by its path, to be appended to an error. */
export function logTail(file: string): string {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (error) {
    return `\n  (its log ${file} cannot be read: ${(error as Error).message})`;
  }
  try {
    const size = fstatSync(handle).size;
    const buffer = Buffer.alloc(Math.min(size, MOST));
    readSync(handle, buffer, 0, buffer.length, size - buffer.length);
    const text = buffer.toString('utf8').trim();
    return text === ''
      ? `\n  (its log ${file} is empty)`
      : `\n  end of ${file}:\n    ${text.replaceAll('\n', '\n    ')}`;
  } finally {
    closeSync(handle);
  }
}
