import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A file of a project, and whether it was written now or was there. */
export type WrittenFile = readonly [file: string, isNew: boolean];

/** Never overwrites: a file that is there is the user's. */
export function writeFiles(
  directory: string,
  files: readonly (readonly [name: string, content: string])[],
): readonly WrittenFile[] {
  return files.map(([name, content]) => {
    const file = path.join(directory, name);
    if (existsSync(file)) return [name, false];
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content, { flag: 'wx' });
    return [name, true];
  });
}
