import { readFileSync } from 'node:fs';

/** Often enough that a port is free again before somebody tries it by hand. */
const LOOK_MS = 500;

/**
 * Says when the `npx` or `npm run` that started this process is gone. npm hands on the signals that can be handed on;
 * after SIGKILL, as at the end of a CI job, nobody is left to stop a server, and it would keep its port and its answers.
 * Started in any other way a server outlives its parent, as daemons do.
 * @returns undefined when npm did not start us; `stop` ends the watch
 */
export function watchNpx(
  env: NodeJS.ProcessEnv,
): { readonly gone: AbortSignal; readonly stop: () => void } | undefined {
  if (env['npm_command'] === undefined && env['npm_lifecycle_event'] === undefined) return undefined;
  const gone = new AbortController();
  const parent = process.ppid;
  // npm starts a shell, which may stay between: then it is the shell's parent that must live.
  const above = parentOf(parent);
  const timer = setInterval(() => {
    if (process.ppid === parent && parentOf(parent) === above) return;
    clearInterval(timer);
    gone.abort();
  }, LOOK_MS);
  timer.unref();
  return { gone: gone.signal, stop: () => clearInterval(timer) };
}

/** The parent's process id out of /proc; undefined where there is none, and then only our own parent is watched. */
function parentOf(pid: number): string | undefined {
  try {
    return /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  } catch {
    // Not Linux, or gone: our own parent is then another one as well.
    return undefined;
  }
}
