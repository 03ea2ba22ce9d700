import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { markScratch, removeDeadScratch } from '../safety/scratch-directory.ts';

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

/** Only for a directory that this process made. */
export function removeRunDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

/** Removes the directories of runs that were killed, beside the given one. */
export function removeDeadRuns(directory: string): void {
  removeDeadScratch(path.dirname(directory), () => true);
}
