import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { lifeOf, ownIdentity } from '../safety/process-identity.ts';

/** What makes a scratch directory ours, and says whose it is. */
const OWNER_FILE = 'greenlight-scratch.json';
const Owner = z.strictObject({
  schema: z.literal('greenlight/scratch@1'),
  host: z.string(),
  pid: z.number().int().positive(),
  start: z.string().nullable(),
});
/** No run takes so long; of processes on other hosts nothing else is known. */
const OLD_MS = 24 * 60 * 60 * 1000;

/** The private directory of a run. */
export function runDirectoryOf(stateDirectory: string, run: string): string {
  return path.join(stateDirectory, 'runs', `${run}-${process.pid}`);
}

/** Makes the directory. What is in it may hold what the target said, so only we may read it. */
export function makeRunDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  // `mode` says nothing about one that was there.
  chmodSync(directory, 0o700);
  markScratch(directory);
}

/** Puts our mark and this process's identity into a directory that later runs may remove. */
export function markScratch(directory: string): void {
  const owner: z.infer<typeof Owner> = { schema: 'greenlight/scratch@1', ...ownIdentity() };
  writeFileSync(path.join(directory, OWNER_FILE), JSON.stringify(owner), { mode: 0o600 });
}

/** Only for a directory that this process made. */
export function removeRunDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

/** Removes the directories of runs that were killed, beside the given one. */
export function removeDeadRuns(directory: string): void {
  removeDeadScratch(path.dirname(directory), () => true);
}

/** Removes what bears our mark below a directory and whose process is gone. Everything else is someone's, and stays. */
export function removeDeadScratch(parent: string, isCandidate: (name: string) => boolean): void {
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent).filter(isCandidate)) {
    const directory = path.join(parent, name);
    if (isDead(directory)) removeRunDirectory(directory);
  }
}

function isDead(directory: string): boolean {
  if (lstatSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) return false;
  const mark = path.join(directory, OWNER_FILE);
  const seen = lstatSync(mark, { throwIfNoEntry: false });
  if (seen?.isFile() !== true) return false;
  const owner = ownerIn(mark);
  if (owner === undefined) return false;
  const life = lifeOf(owner);
  return life === 'dead' || (life === 'cannot-tell' && Date.now() - seen.mtimeMs > OLD_MS);
}

function ownerIn(mark: string): z.infer<typeof Owner> | undefined {
  try {
    return Owner.safeParse(JSON.parse(readFileSync(mark, 'utf8'))).data;
  } catch {
    return undefined; // Cut short, or not ours to read: nothing shows whose it is.
  }
}

/** Whether a process with this id is there; one that belongs to someone else counts. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
