import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Adds a JSON document as a line to a file that several processes may write to at once. The newline in front separates
 * it from one that a killed writer or a full disk left half written; readers pass over empty lines.
 * @param options `durable`: it is on disk, and its file in the directory, when the promise resolves
 * @throws the system's error, also when less than the whole line fitted
 */
export async function appendJsonLine(
  file: string,
  value: unknown,
  { mode, durable }: { readonly mode: number; readonly durable: boolean },
): Promise<void> {
  const bytes = Buffer.from(`\n${JSON.stringify(value)}\n`);
  const handle = await open(file, 'a', mode);
  try {
    // One write per line: with O_APPEND, writers in other processes can't come between.
    const { bytesWritten } = await handle.write(bytes);
    if (bytesWritten !== bytes.length) throw new Error(`only ${bytesWritten} of ${bytes.length} bytes fit`);
    if (!durable) return;
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncDirectory(dirname(file));
}

/** A new file is only safe from a power cut when its directory is on disk too. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
