import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ListedBackup } from './listed-backup.ts';

/** The files of a folder, without those in folders below it. @throws Error of the system */
export async function listFiles(folder: string, names: RegExp): Promise<readonly ListedBackup[]> {
  const found = (await readdir(folder)).filter((name) => names.test(name));
  const files = await Promise.all(
    found.map(async (name) => ({
      name,
      place: path.join(folder, name),
      file: await stat(path.join(folder, name)),
    })),
  );
  return files
    .filter(({ file }) => file.isFile())
    .map(({ name, place, file }) => ({ name, place, size: file.size, at: file.mtimeMs }));
}
