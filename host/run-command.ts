import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { onPath, type ProcessGroup, startGroup } from './process-group.ts';

/** One program to run, once, to its end. */
export interface CommandOrder {
  /** A name that is looked up on PATH, or a path that is seen from `home`. */
  readonly program: string;
  readonly args: readonly string[];
  /** Absolute: the folder from which paths are seen. */
  readonly home: string;
  /** The working directory, seen from `home`; default: `home`. */
  readonly cwd?: string | undefined;
  /** All of its environment; see `plainEnvironment`. */
  readonly env: NodeJS.ProcessEnv;
  /** Then it and all that it started are ended, in milliseconds. */
  readonly budgetMs: number;
  /** Told of what it prints, as it comes. */
  readonly onPrint?: (from: 'stdout' | 'stderr', piece: string) => void;
}

/** How it ended. */
export interface CommandEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Whether it was ended because its time was over. */
  readonly late: boolean;
  readonly stdout: Printed;
  readonly stderr: Printed;
}

/** What came out of one stream. */
export interface Printed {
  readonly text: string;
  /** Whether there was more than is kept. */
  readonly cut: boolean;
}

/** Why a program could not even be started. It says nothing about what the program would have said. */
export class CommandNotStarted extends Error {
  override readonly name = 'CommandNotStarted';
  /** `missing`, `not-executable`, `no-folder`, or `refused` by the system. */
  readonly reason: 'missing' | 'not-executable' | 'no-folder' | 'refused';
  constructor(reason: CommandNotStarted['reason'], message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.reason = reason;
  }
}

/** What a program may need to put its own house in order, once it is asked to end; milliseconds. */
export const COMMAND_GRACE_MS = 5000;
/** For what is still in the pipes when a program has gone; milliseconds. */
const LAST_OUTPUT_MS = 2000;
/** Kept of each stream, in characters: more is nothing that a plan could judge. */
const MOST_KEPT = 8 * 1024 * 1024;

/** What every program gets: where programs and the user's own files are, language, time zone, temporary files. */
const HANDED_ON =
  /^(?:PATH|HOME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TMP|TEMP|USER|LOGNAME|PATHEXT|SYSTEMROOT|WINDIR|COMSPEC|USERPROFILE|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES)$/i;

/** An environment without anything that belongs to Greenlight or to somebody's account: tokens, keys, the run. */
export function plainEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => HANDED_ON.test(name)));
}

/**
 * Runs a program without a shell, in a process group of its own, with nothing on its standard input. Whatever it started
 * is ended with it: when it ends, when its time is over, and when this process ends, however that comes about.
 * @throws CommandNotStarted
 */
export async function runCommand(order: CommandOrder): Promise<CommandEnd> {
  const cwd = path.resolve(order.home, order.cwd ?? '.');
  if (!isFolder(cwd)) throw new CommandNotStarted('no-folder', `the working directory ${cwd} is not there`);
  const program = findProgram(order);
  let group: ProcessGroup;
  try {
    group = await startGroup(program, order.args, {
      cwd,
      env: order.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    throw new CommandNotStarted('refused', `${order.program} could not be started: ${words}`, { cause });
  }
  const { child } = group;
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stdout = keep(child.stdout, (piece) => order.onPrint?.('stdout', piece));
  const stderr = keep(child.stderr, (piece) => order.onPrint?.('stderr', piece));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void group.stop(COMMAND_GRACE_MS);
  }, order.budgetMs);
  const { code, signal } = await group.exited;
  clearTimeout(timer);
  // Who left the group, such as a daemon, may hold the pipes for ever: nobody must wait for it.
  const all = await Promise.race([closed.then(() => true), pause(LAST_OUTPUT_MS, false, { ref: false })]);
  child.stdout?.destroy();
  child.stderr?.destroy();
  const ended = (printed: Printed): Printed => ({ ...printed, cut: printed.cut || !all });
  return { code, signal, late, stdout: ended(stdout()), stderr: ended(stderr()) };
}

/** @throws CommandNotStarted where there is no such program, or nobody may run it */
function findProgram({ program, home, env }: CommandOrder): string {
  if (!/[\\/]/.test(program)) {
    const found = onPath(program, env);
    if (found !== undefined && !isFolder(found)) return found;
    throw new CommandNotStarted('missing', `there is no program "${program}" on PATH`);
  }
  const file = path.resolve(home, program);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new CommandNotStarted('missing', `there is no program at ${file}`);
  try {
    accessSync(file, constants.X_OK);
  } catch (cause) {
    throw new CommandNotStarted('not-executable', `${file} is not executable for this user`, { cause });
  }
  return file;
}

function isFolder(at: string): boolean {
  return statSync(at, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Reads a stream to its end, whatever its length: a program that nobody reads would wait for ever. */
function keep(stream: Readable | null, onPiece: (piece: string) => void): () => Printed {
  let text = '';
  let cut = false;
  stream?.setEncoding('utf8');
  stream?.on('data', (piece: string) => {
    onPiece(piece);
    if (cut) return;
    text += piece;
    if (text.length <= MOST_KEPT) return;
    text = text.slice(0, MOST_KEPT);
    cut = true;
  });
  // A pipe that breaks ends what is kept of it; how the program ended says the rest.
  stream?.on('error', () => (cut = true));
  return () => ({ text, cut });
}
