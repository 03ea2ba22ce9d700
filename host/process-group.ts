import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** A program in a process group of its own. */
export interface ProcessGroup {
  readonly child: ChildProcess;
  readonly exited: Promise<GroupExit>;
  /** Asks the group to end (SIGINT), and ends it by force after `graceMs`. Resolves when the program is gone. */
  stop(graceMs: number): Promise<void>;
  /** Ends the group at once. Synchronous, for the last moments of this process. */
  kill(): void;
}

export interface GroupExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface GroupOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly stdio: StdioOptions;
}

/**
 * Starts a program that dies with us, however we die. `setpriv --pdeathsig` (util-linux) lets the kernel do it for
 * the program itself; a watchdog, which notices that its standard input closed, ends the rest of the group, and all of
 * it where setpriv is missing.
 */
export function startGroup(
  command: string,
  args: readonly string[],
  options: GroupOptions,
): Promise<ProcessGroup> {
  const setpriv = onPath('setpriv', options.env);
  const [program, programArgs] =
    setpriv === undefined ? [command, [...args]] : [setpriv, ['--pdeathsig', 'KILL', '--', command, ...args]];
  return new Promise((resolve, reject) => {
    const child = spawn(program, programArgs, { ...options, detached: true });
    child.once('error', reject);
    child.once('spawn', () => {
      child.off('error', reject);
      resolve(groupOf(child));
    });
  });
}

/** Looks a program up on PATH. */
export function onPath(program: string, env: NodeJS.ProcessEnv): string | undefined {
  return (env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => path.join(directory, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

function groupOf(child: ChildProcess): ProcessGroup {
  const id = child.pid;
  if (id === undefined) throw new Error('the program was started but has no process id');
  const watchdog = startWatchdog(id);
  const kill = (): void => signalGroup(id, 'SIGKILL');
  process.once('exit', kill);
  let gone = false;
  const exited = new Promise<GroupExit>((resolve) => {
    child.once('exit', (code, signal) => {
      gone = true;
      // Workers may outlive the program for a moment; none of them may outlive the session.
      kill();
      process.off('exit', kill);
      // First the watchdog: the group id may belong to someone else soon.
      watchdog.kill('SIGKILL');
      resolve({ code, signal });
    });
  });
  return {
    child,
    exited,
    async stop(graceMs) {
      if (gone) return;
      signalGroup(id, 'SIGINT');
      const timer = setTimeout(kill, graceMs);
      await exited;
      clearTimeout(timer);
    },
    kill: () => {
      if (!gone) kill();
    },
  };
}

/**
 * In a session of its own, so that Ctrl-C in the terminal does not reach it. `-s KILL --` is the portable form: dash
 * takes the `--` of `kill -KILL --` for a process id.
 */
function startWatchdog(group: number): ChildProcess {
  const watchdog = spawn(
    '/bin/sh',
    ['-c', 'cat >/dev/null; kill -s KILL -- "-$1"', 'watchdog', String(group)],
    {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    },
  );
  // The watchdog must not keep us alive, and its death must not end us: setpriv still holds then.
  watchdog.on('error', () => undefined);
  watchdog.stdin?.on('error', () => undefined);
  watchdog.unref();
  return watchdog;
}

function signalGroup(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-id, signal);
  } catch (error) {
    // ESRCH: all of the group has gone, which is what was wanted. EPERM: what is left belongs to somebody else (sudo), and
    // nothing that we could do would end it.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
