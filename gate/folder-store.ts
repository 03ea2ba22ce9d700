import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { GateStore, StoredVerdict, StoreReading } from '../contract/ports/gate-store.ts';
import { createFolderRuns } from './folder-runs.ts';
import { createKeptVerdicts } from './kept-verdicts.ts';
import { readStoredReport, stampOfReport } from './read-stored-report.ts';
import { whichStands } from './which-stands.ts';

/** Beyond this, an old NO_GO could only be found slowly; leaving some out would be worse. */
const MOST_RUNS = 20_000;

/** How many are looked at together: one after the other, some thousands take longer than a consumer waits. */
const TOGETHER = 16;

/** What the gate itself writes into the folder. */
const OWN = '.gate';

interface Read {
  /** Changes whenever the report is replaced. */
  readonly stamp: string;
  /** Undefined: unreadable. */
  readonly verdict: StoredVerdict | undefined;
}

const UNREADABLE: Read = { stamp: '', verdict: undefined };

/**
 * Verdicts in a folder with one sub-directory per run, each with a verdict.json as `greenlight run --output` writes
 * it. A file is read once and again only when it was replaced; only what a gate needs stays in memory.
 */
export function createFolderStore(directory: string): GateStore {
  let known = new Map<string, Read>();
  let reading: Promise<readonly StoredVerdict[]> | undefined;
  const kept = createKeptVerdicts(path.join(directory, OWN, 'verdicts'));

  const refresh = async (): Promise<readonly StoredVerdict[]> => {
    const entries = await readdir(directory, { withFileTypes: true });
    const runs = entries.filter((entry) => entry.isDirectory() && entry.name !== OWN);
    if (runs.length > MOST_RUNS) throw new Error(`more than ${MOST_RUNS} runs are kept; remove old ones`);
    const next = new Map<string, Read>();
    // A link could lead out of the folder. It is told, because somebody expects an answer from what is behind it.
    for (const { name } of entries.filter((entry) => entry.isSymbolicLink())) next.set(name, UNREADABLE);
    for (let start = 0; start < runs.length; start += TOGETHER) {
      const some = runs.slice(start, start + TOGETHER).map(async ({ name }) => {
        const now = await readEntry(path.join(directory, name), known.get(name));
        if (now !== undefined) next.set(name, now);
      });
      await Promise.all(some);
    }
    known = next;
    return kept.all();
  };

  return {
    name: 'folder',
    async about(target): Promise<StoreReading> {
      // Questions that arrive together share one look at the folder.
      reading ??= refresh().finally(() => (reading = undefined));
      const keptVerdicts = await reading;
      const all = [...known];
      const found = all.flatMap(([, { verdict }]) => verdict ?? []);
      return {
        verdicts: standing([...keptVerdicts, ...found].filter((verdict) => verdict.target === target)),
        unreadable: all.flatMap(([run, { verdict }]) => (verdict === undefined ? [run] : [])),
      };
    },
    keep: (verdict) => kept.keep(verdict),
    ...createFolderRuns(path.join(directory, OWN, 'runs')),
    close: () => Promise.resolve(),
  };
}

/** One verdict of each run: what was kept of it, or what its report says since. */
function standing(verdicts: readonly StoredVerdict[]): readonly StoredVerdict[] {
  const byRun = new Map<string, StoredVerdict>();
  for (const verdict of verdicts) {
    if (whichStands(byRun.get(verdict.run), verdict) === 'next') byRun.set(verdict.run, verdict);
  }
  return [...byRun.values()];
}

/** Undefined when there is no verdict: a run that was refused before it started leaves an empty directory. */
async function readEntry(directory: string, before: Read | undefined): Promise<Read | undefined> {
  const stamp = await stampOfReport(directory);
  if (stamp === undefined) return undefined;
  if (before?.stamp === stamp) return before;
  return { stamp, verdict: stamp === '' ? undefined : await readStoredReport(directory) };
}
