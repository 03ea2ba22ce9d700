import { readdirSync, readlinkSync } from 'node:fs';
import { QUICK_START } from '../quick-start.ts';

/** Variables of whoever runs us that change what Playwright or Greenlight do. */
const FOREIGN =
  /^(CI|NODE_OPTIONS|FORCE_COLOR|NO_COLOR|NODE_ENV|TEST|VITEST.*|GITHUB_.*|GITLAB_.*|PW_.*|GREENLIGHT_.*)$/;

/** The environment for a command under test. */
export function commandEnv(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name));
  return { ...Object.fromEntries(own), ...QUICK_START };
}

/** Waits until no process works in the directory: what was started must end, too. */
export async function nobodyLeft(directory: string): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    if (!readdirSync('/proc').some((pid) => worksIn(pid, directory))) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`a process still works in ${directory}`);
}

/** What is ours sleeps longer than a step may take. */
const FROZEN_MS = 8000;

/** Stops all that works in the directory, and lets it go on after eight seconds. */
export function freeze(directory: string): void {
  const stopped = readdirSync('/proc').filter((pid) => worksIn(pid, directory));
  for (const pid of stopped) process.kill(Number(pid), 'SIGSTOP');
  setTimeout(() => stopped.forEach((pid) => process.kill(Number(pid), 'SIGCONT')), FROZEN_MS);
}

function worksIn(pid: string, directory: string): boolean {
  if (!/^\d+$/.test(pid)) return false;
  try {
    return readlinkSync(`/proc/${pid}/cwd`).startsWith(directory);
  } catch {
    // It has gone, or it is not ours to look at.
    return false;
  }
}
