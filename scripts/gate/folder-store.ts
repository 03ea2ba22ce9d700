import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { StoredVerdict, StoreReading, VerdictStore } from '../../contract/ports/verdict-store.ts';
import { parseStoredVerdict } from './stored-verdict.ts';

/** A verdict of 10,000 checks is about 10 MB. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Beyond this, an old NO_GO could only be found slowly; leaving some out would be worse. */
const MOST_RUNS = 20_000;

interface Kept {
  /** Changes whenever the file is replaced. */
  readonly stamp: string;
  /** Undefined: unreadable. */
  readonly verdict: StoredVerdict | undefined;
}

/**
 * Verdicts in a folder with one sub-directory per run, each with a verdict.json as `greenlight run --output` writes
 * it. A file is read once and again only when it was replaced; only what a gate needs stays in memory.
 */
export function createFolderStore(directory: string): VerdictStore {
  let kept = new Map<string, Kept>();
  let reading: Promise<void> | undefined;

  const refresh = async (): Promise<void> => {
    const entries = await readdir(directory, { withFileTypes: true });
    const runs = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    if (runs.length > MOST_RUNS) throw new Error(`more than ${MOST_RUNS} runs are kept; remove old ones`);
    const next = new Map<string, Kept>();
    for (const run of runs) {
      const now = await readEntry(path.join(directory, run, 'verdict.json'), kept.get(run));
      if (now !== undefined) next.set(run, now);
    }
    kept = next;
  };

  return {
    name: 'folder',
    async about(target): Promise<StoreReading> {
      // Questions that arrive together share one look at the folder.
      reading ??= refresh().finally(() => (reading = undefined));
      await reading;
      const all = [...kept];
      return {
        verdicts: all.flatMap(([, { verdict }]) => (verdict?.target === target ? [verdict] : [])),
        unreadable: all.flatMap(([run, { verdict }]) => (verdict === undefined ? [run] : [])),
      };
    },
  };
}

/** Undefined when there is no verdict: a run that was refused before it started leaves an empty directory. */
async function readEntry(file: string, before: Kept | undefined): Promise<Kept | undefined> {
  let stamp: string;
  try {
    const stat = await lstat(file);
    // A link could lead out of the folder, and a pipe would hold up every answer.
    if (!stat.isFile()) return { stamp: '', verdict: undefined };
    stamp = [stat.ino, stat.size, stat.mtimeMs, stat.ctimeMs].join(':');
  } catch (error) {
    if (isMissing(error)) return undefined;
    return { stamp: '', verdict: undefined };
  }
  if (before?.stamp === stamp) return before;
  return { stamp, verdict: await readVerdict(file) };
}

async function readVerdict(file: string): Promise<StoredVerdict | undefined> {
  try {
    // The name may have become a link since it was looked at.
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const stat = await handle.stat();
      if (!stat.isFile() || stat.size > MOST_BYTES) return undefined;
      return parseStoredVerdict(await handle.readFile('utf8'));
    } finally {
      await handle.close();
    }
  } catch {
    // It counts as unreadable, which is never GO, and the gate reports it by name.
    return undefined;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
