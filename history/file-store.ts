import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { GreenlightError } from '../contract/errors.ts';
import { followChanges, isChange } from '../contract/history/changes.ts';
import { parseRunRecords, RunRecord } from '../contract/history/run-record.ts';
import type { HistoryQuery, HistoryReading, HistoryStore } from '../contract/ports/history-store.ts';
import { appendJsonLine } from '../host/append-line.ts';
import { makeDirectory } from '../host/make-directory.ts';
import { fileNameOf } from '../host/state-file.ts';

/** What is kept for good when a day is removed: records with which something changed. */
const CHANGES = 'changes.ndjson';
const DAY = /^(\d{4}-\d{2}-\d{2})\.ndjson$/;
const DAY_MS = 86_400_000;

/**
 * Records in files: a folder for a target, in it a file for each day (UTC) and one of older changes. A line is whole or
 * damaged; which file it stands in follows from the start of its run alone, so writers need not know of each other.
 * @param directory the folder of all targets
 */
export function createFileStore(directory: string): HistoryStore {
  const folderOf = (target: string): string => path.join(directory, fileNameOf(target));
  return {
    name: 'file',
    async append(record) {
      const folder = folderOf(record.target);
      try {
        makeDirectory(folder);
        const file = path.join(folder, `${dayOf(record.startedAt)}.ndjson`);
        await appendJsonLine(file, RunRecord.parse(record), { mode: 0o600, durable: true });
      } catch (cause) {
        throw new GreenlightError('HISTORY_UNWRITABLE', folder, { cause });
      }
    },
    async read(query) {
      const folder = folderOf(query.target);
      try {
        return await readFolder(folder, query);
      } catch (cause) {
        throw new GreenlightError('HISTORY_UNREADABLE', folder, { cause });
      }
    },
    async prune(target, before) {
      const folder = folderOf(target);
      let [removed, kept] = [0, 0];
      const old = (await daysIn(folder)).filter((day) => Date.parse(day) + DAY_MS <= Date.parse(before));
      if (old.length === 0) return { removed, kept };
      const changes = path.join(folder, CHANGES);
      const follow = followChanges();
      const there = new Set<string>();
      for (const record of parseRunRecords(await textOf(changes)).records) {
        follow(record);
        there.add(record.run);
      }
      for (const day of old) {
        const file = path.join(folder, `${day}.ndjson`);
        for (const record of inOrder(parseRunRecords(await textOf(file)).records)) {
          const changed = isChange(follow(record));
          if (!changed) removed += 1;
          else kept += 1;
          if (changed && !there.has(record.run)) {
            await appendJsonLine(changes, record, { mode: 0o600, durable: true });
            there.add(record.run);
          }
        }
        // Only now: whoever reads meanwhile finds a record twice, and never not at all.
        await rm(file, { force: true });
      }
      return { removed, kept };
    },
    close: () => Promise.resolve(),
  };
}

/** From the newest day back, as far as the query needs; the older changes come last, as `prune` moves records there. */
async function readFolder(folder: string, query: HistoryQuery): Promise<HistoryReading> {
  const damaged: string[] = [];
  const found = new Map<string, RunRecord>();
  let tailDamaged: boolean | undefined;
  const days = (await daysIn(folder)).filter((day) => reaches(day, query.since));
  for (const day of [...[...days].reverse(), undefined]) {
    if (query.last !== undefined && found.size >= query.last) break;
    const name = day === undefined ? CHANGES : `${day}.ndjson`;
    const read = parseRunRecords(await textOf(path.join(folder, name)));
    if (day !== undefined) tailDamaged ??= read.tailDamaged;
    damaged.unshift(
      ...read.damaged.map(({ line, problem }) => `${path.join(folder, name)}:${line} ${problem}`),
    );
    for (const record of read.records)
      if (matches(record, query) && !found.has(record.run)) found.set(record.run, record);
  }
  const records = inOrder([...found.values()]);
  return {
    records: query.last === undefined ? records : records.slice(-query.last),
    damaged,
    tailDamaged: tailDamaged ?? false,
  };
}

function reaches(day: string, since: string | undefined): boolean {
  return since === undefined || Date.parse(day) + DAY_MS > Date.parse(since);
}

function matches(record: RunRecord, { target, phase, location, since }: HistoryQuery): boolean {
  return (
    // Two names may make the same folder only by the worst of chances; what they say is what counts.
    record.target === target &&
    (phase === undefined || record.phase === phase) &&
    (location === undefined || record.location === location) &&
    (since === undefined || Date.parse(record.startedAt) >= Date.parse(since))
  );
}

function inOrder(records: readonly RunRecord[]): readonly RunRecord[] {
  return [...records].sort((one, other) => Date.parse(one.startedAt) - Date.parse(other.startedAt));
}

function dayOf(time: string): string {
  return new Date(time).toISOString().slice(0, 10);
}

async function daysIn(folder: string): Promise<readonly string[]> {
  const there = await stat(folder).catch(() => undefined);
  if (there === undefined) return [];
  return (await readdir(folder)).flatMap((name) => DAY.exec(name)?.[1] ?? []).sort();
}

/** Empty where the file is not there, or no longer. */
async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
