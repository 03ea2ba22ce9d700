import type { Screen } from './screen.ts';

/** What a command gets from the process, so that nobody reaches for it. */
export interface ProcessContext {
  readonly screen: Screen;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Aborts on Ctrl-C, SIGTERM and SIGHUP. */
  readonly interrupted: AbortSignal;
}
