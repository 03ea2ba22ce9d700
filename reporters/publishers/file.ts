import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Publisher } from '../../contract/ports/publisher.ts';
import { writeFileAtomically } from '../../host/atomic-write.ts';

/** The file that others act on; it is written after all others. */
const DECIDING = 'verdict.json';

/** Writes the files of a report into a directory, each one whole or not at all. */
export function createFilePublisher(directory: string): Publisher {
  return {
    name: 'file',
    publish: async (_verdict, files) => {
      const names = Object.keys(files).sort((a, b) => Number(a === DECIDING) - Number(b === DECIDING));
      try {
        for (const name of names) writeFileAtomically(join(directory, name), files[name] ?? '');
      } catch (error) {
        // An older verdict must not be taken for the answer of this run.
        if (names.includes(DECIDING)) rmSync(join(directory, DECIDING), { force: true });
        throw error;
      }
    },
  };
}
