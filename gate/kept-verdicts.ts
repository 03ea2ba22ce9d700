import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import type { KeepAnswer, StoredVerdict } from '../contract/ports/gate-store.ts';
import { writeFileAtomically } from '../host/atomic-write.ts';
import { sha256Of } from '../host/file-digest.ts';
import { isMissing } from './read-stored-report.ts';
import { StoredVerdictShape } from './stored-shapes.ts';
import { whichStands } from './which-stands.ts';

/** How long a verdict is kept after it expired, so that "expired" can be told from "unknown". */
const KEPT_MS = 7 * 24 * 3_600_000;

/** What a gate must remember although the run's own file may be replaced or removed. */
export interface KeptVerdicts {
  all(): Promise<readonly StoredVerdict[]>;
  /** Durable when it resolves. */
  keep(verdict: StoredVerdict): Promise<KeepAnswer>;
}

/** Verdicts as one file each. A file that cannot be read throws: it may hold a refusal. */
export function createKeptVerdicts(directory: string, now: () => number = Date.now): KeptVerdicts {
  let kept: Map<string, StoredVerdict> | undefined;
  // Names of runs come from files of others; as a digest they cannot lead anywhere.
  const fileOf = (run: string): string => path.join(directory, `${sha256Of(run).slice(7, 47)}.json`);
  const load = async (): Promise<Map<string, StoredVerdict>> => {
    const found = new Map<string, StoredVerdict>();
    for (const name of await namesIn(directory)) {
      const verdict = await readOwn(path.join(directory, name), StoredVerdictShape);
      found.set(verdict.run, verdict);
    }
    return found;
  };
  const loaded = async (): Promise<Map<string, StoredVerdict>> => (kept ??= await load());
  return {
    async all() {
      const all = await loaded();
      for (const [run, verdict] of all) {
        if (Date.parse(verdict.expiresAt) + KEPT_MS > now()) continue;
        await rm(fileOf(run), { force: true });
        all.delete(run);
      }
      return [...all.values()];
    },
    async keep(verdict) {
      const all = await loaded();
      const before = all.get(verdict.run);
      const standing = whichStands(before, verdict);
      if (standing === 'same') return { how: 'there-already' };
      if (standing === 'before' && before !== undefined) return { how: 'refused', stands: before };
      await mkdir(directory, { recursive: true, mode: 0o700 });
      writeFileAtomically(fileOf(verdict.run), JSON.stringify(verdict));
      all.set(verdict.run, verdict);
      return { how: 'kept' };
    },
  };
}

/**
 * Reads a file that the gate wrote.
 * @throws an error that names the file, because somebody has to look at it and decide
 */
export async function readOwn<T>(file: string, shape: z.ZodType<T>): Promise<T> {
  const text = await readFile(file, 'utf8');
  try {
    return shape.parse(JSON.parse(text));
  } catch (cause) {
    const name = path.join(path.basename(path.dirname(file)), path.basename(file));
    throw new Error(`.gate/${name} is not whole; it may hold a NO_GO: restore it, or remove it`, { cause });
  }
}

/** Names of the JSON files in a directory that may not be there. */
export async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}
