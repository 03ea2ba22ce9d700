import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';

/** The private directory of a run; the process id in its name tells later runs whether it is still in use. */
export function runDirectoryOf(stateDirectory: string, run: string): string {
  return path.join(stateDirectory, 'runs', `${run}-${process.pid}`);
}

/** Makes the directory. Fragments may hold what the target said, so only we may read it. */
export function makeRunDirectory(directory: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
}

export function removeRunDirectory(directory: string): void {
  rmSync(directory, { recursive: true, force: true });
}

/** Removes the directories of runs that were killed, beside the given one. */
export function removeDeadRuns(directory: string): void {
  const parent = path.dirname(directory);
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent)) {
    const pid = Number(/-(\d+)$/.exec(name)?.[1]);
    if (Number.isInteger(pid) && !isAlive(pid)) removeRunDirectory(path.join(parent, name));
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
