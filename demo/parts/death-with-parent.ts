import { execFile } from 'node:child_process';

/** The account that owns nothing: PostgreSQL refuses to run as root. */
export const NOBODY = { uid: 65534, gid: 65534 } as const;

/** Whether we are root and can (and for PostgreSQL must) become somebody else. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** A command line, ready for `spawn`. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
  /** Set when `spawn` itself has to change the account, because no wrapper does. */
  readonly identity?: typeof NOBODY;
}

/** What the kernel sends to a child when its parent is gone. */
export type DeathSignal = 'INT' | 'TERM' | 'KILL';

/**
 * Wraps a command so that the kernel ends it together with this process, `kill -9` of us included.
 *
 * The shell closes a gap: a parent that dies between the fork and the request for the signal would never cause one,
 * so the command starts only if its parent is still us. The kernel's notion of "parent" is the *thread* that forked:
 * call it from the main thread only.
 *
 * @returns undefined when this system has no `setpriv` that can do it
 */
export async function boundToParent(
  given: { readonly command: string; readonly args: readonly string[]; readonly asNobody?: boolean },
  signal: DeathSignal,
): Promise<CommandLine | undefined> {
  if (!(await setprivWorks())) return undefined;
  const drop =
    given.asNobody === true && isRoot()
      ? [`--reuid=${NOBODY.uid}`, `--regid=${NOBODY.gid}`, '--clear-groups']
      : [];
  return {
    command: 'setpriv',
    args: [
      ...drop,
      '--pdeathsig',
      signal,
      '/bin/sh',
      '-c',
      'test "$PPID" = "$0" && exec "$@"',
      String(process.pid),
      given.command,
      ...given.args,
    ],
  };
}

let probed: Promise<boolean> | undefined;

/** BusyBox and util-linux before 2.33 have a `setpriv` without this option, so it is tried, not looked up. */
function setprivWorks(): Promise<boolean> {
  probed ??= new Promise((resolve) => {
    execFile('setpriv', ['--pdeathsig', 'KILL', 'true'], { timeout: 5_000 }, (error) =>
      resolve(error === null),
    );
  });
  return probed;
}
