import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { GreenlightError } from '../../contract/errors.ts';
import { boundToParent, isRoot, NOBODY, type DeathSignal } from './death-with-parent.ts';
import { logTail } from './log-tail.ts';

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child process that ends when we stop it, and also when we die in any way, `kill -9` included. */
export interface SupervisedProcess {
  readonly name: string;
  readonly pid: number;
  /** Everything it wrote to stdout and stderr. */
  readonly logFile: string;
  /** Settles when the process has ended, for whatever reason; never rejects. */
  readonly ended: Promise<ProcessEnd>;
  running(): boolean;
  /** Asks it to end, and kills it after `graceMs` (default 5000). Resolves when it is gone; may be repeated. */
  stop(graceMs?: number): Promise<void>;
}

interface Common {
  /** Short kebab-case name; the log file is `<directory>/<name>.log`. */
  readonly name: string;
  readonly directory: string;
  readonly signal?: AbortSignal;
}

export interface ProgramOptions extends Common {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment besides PATH and LC_ALL: a user's PGDATA or NODE_OPTIONS must not reach the parts. */
  readonly env?: Readonly<Record<string, string>>;
  /** As root, run as `nobody`. Without root it changes nothing. */
  readonly asNobody?: boolean;
  /** What ends it in good order; default SIGTERM. */
  readonly stopSignal?: 'SIGINT' | 'SIGTERM';
  /** `guard` forces the way that works without `setpriv`; for tests. */
  readonly binding?: 'auto' | 'guard';
}

export interface ModuleOptions<R> extends Common {
  /** A module of demo/processes that calls `serveParent`: `new URL('../processes/x.ts', import.meta.url)`. */
  readonly module: URL;
  /** JSON handed to the child's `start`; travels over the channel, so that no secret is visible in /proc. */
  readonly input: unknown;
  /** Shape of what the child reports when it is ready. */
  readonly ready: z.ZodType<R>;
  /** Added to our own environment (without NODE_OPTIONS and the key that signs verdicts). */
  readonly env?: Readonly<Record<string, string>>;
  readonly readyWithinMs?: number;
  /** `channel`: the child ends by itself when the channel to us closes; it can still tidy up. */
  readonly binding?: 'auto' | 'channel';
}

const FromChild = z.union([z.strictObject({ ready: z.unknown() }), z.strictObject({ failed: z.string() })]);

/** Starts a program. It is running when this resolves, not ready: see `untilReady`. @throws GreenlightError DEMO_FAILED */
export async function startProgram(options: ProgramOptions): Promise<SupervisedProcess> {
  const stopSignal = options.stopSignal ?? 'SIGTERM';
  const death: DeathSignal = stopSignal === 'SIGINT' ? 'INT' : 'TERM';
  const bound = options.binding === 'guard' ? undefined : await boundToParent(options, death);
  const env = {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    LC_ALL: 'C.UTF-8',
    ...options.env,
  };
  if (bound) {
    const logFile = logFileOf(options);
    const child = await launch(options, bound.command, bound.args, { env }, logFile);
    return supervised(options.name, child, logFile, stopSignal);
  }
  const guard = await startModule({
    name: options.name,
    directory: options.directory,
    ...(options.signal ? { signal: options.signal } : {}),
    module: new URL('../processes/guard.ts', import.meta.url),
    input: {
      command: options.command,
      args: options.args,
      env,
      stopSignal,
      identity: options.asNobody === true && isRoot() ? NOBODY : null,
    },
    ready: z.strictObject({ pid: z.number().int() }),
    // The guard must outlive us for the moment that it takes to end the program.
    binding: 'channel',
  });
  return { ...guard.process, pid: guard.ready.pid };
}

/** Starts one of our own modules in a process of its own and waits until it is ready. @throws GreenlightError DEMO_FAILED */
export async function startModule<R>(
  options: ModuleOptions<R>,
): Promise<{ readonly process: SupervisedProcess; readonly ready: R }> {
  const node = nodeArguments(options.module);
  const bound =
    options.binding === 'channel'
      ? undefined
      : await boundToParent({ command: process.execPath, args: node }, 'KILL');
  const { NODE_OPTIONS: _, GREENLIGHT_SIGNING_KEY: __, ...inherited } = process.env;
  const logFile = logFileOf(options);
  const child = await launch(
    options,
    bound?.command ?? process.execPath,
    bound?.args ?? node,
    { env: { ...inherited, ...options.env } },
    logFile,
    true,
  );
  const supervisedChild = supervised(options.name, child, logFile, 'SIGTERM');
  try {
    const ready = await answerOf(child, supervisedChild, options);
    return { process: supervisedChild, ready };
  } catch (error) {
    await supervisedChild.stop(1_000);
    throw error;
  }
}

/** How our own module is run: from source through tsx, found from here so that the working directory doesn't matter. */
function nodeArguments(module: URL): string[] {
  if (!import.meta.url.endsWith('.ts')) return [fileURLToPath(module).replace(/\.ts$/, '.js')];
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return ['--import', tsx, fileURLToPath(module)];
}

function logFileOf(options: Common): string {
  mkdirSync(options.directory, { recursive: true });
  return path.join(options.directory, `${options.name}.log`);
}

async function launch(
  options: Common,
  command: string,
  args: readonly string[],
  more: SpawnOptions,
  logFile: string,
  channel = false,
): Promise<ChildProcess> {
  options.signal?.throwIfAborted();
  const log = openSync(logFile, 'a');
  try {
    // A group of its own: Ctrl-C of the terminal must reach only us, who stop the parts in order.
    const child = spawn(command, args, {
      ...more,
      cwd: '/',
      detached: true,
      stdio: ['ignore', log, log, ...(channel ? (['ipc'] as const) : [])],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return child;
  } catch (error) {
    throw new GreenlightError('DEMO_FAILED', `${options.name} could not be started (${command})`, {
      cause: error,
    });
  } finally {
    closeSync(log);
  }
}

function supervised(
  name: string,
  child: ChildProcess,
  logFile: string,
  stopSignal: NodeJS.Signals,
): SupervisedProcess {
  const pid = child.pid;
  if (pid === undefined) throw new GreenlightError('DEMO_FAILED', `${name} has no process id`);
  let over = false;
  const ended = new Promise<ProcessEnd>((resolve) => {
    const settle = (code: number | null, signal: NodeJS.Signals | null): void => {
      over = true;
      signalGroup(pid, 'SIGKILL');
      resolve({ code, signal });
    };
    child.once('exit', settle);
    if (child.exitCode !== null || child.signalCode !== null) settle(child.exitCode, child.signalCode);
  });
  return {
    name,
    pid,
    logFile,
    ended,
    running: () => !over,
    async stop(graceMs = 5_000) {
      if (over) return;
      child.kill(stopSignal);
      const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** The child leads its own group: whatever it left behind goes with it. */
function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    // ESRCH: nobody is left. macOS says EPERM when only the dead leader is.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function answerOf<R>(child: ChildProcess, about: SupervisedProcess, options: ModuleOptions<R>): Promise<R> {
  const within = options.readyWithinMs ?? 30_000;
  return new Promise<R>((resolve, reject) => {
    const fail = (reason: string): void =>
      reject(new GreenlightError('DEMO_FAILED', `${options.name} ${reason}${logTail(about.logFile)}`));
    const timer = setTimeout(() => fail(`was not ready within ${within} ms`), within);
    const aborted = (): void => reject(options.signal?.reason as Error);
    options.signal?.addEventListener('abort', aborted, { once: true });
    const finish = (): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', aborted);
    };
    child.once('message', (message: unknown) => {
      finish();
      const parsed = FromChild.safeParse(message);
      if (!parsed.success) return fail('sent an answer that is not one');
      if ('failed' in parsed.data) return fail(`could not start: ${parsed.data.failed}`);
      const ready = options.ready.safeParse(parsed.data.ready);
      if (!ready.success) return fail(`reported something else than expected: ${ready.error.message}`);
      resolve(ready.data);
    });
    void about.ended.then(({ code, signal }) => {
      finish();
      fail(`ended (${signal ?? `exit code ${code}`}) before it was ready`);
    });
    child.send({ input: options.input }, (error) => {
      if (error && about.running()) fail(`could not be told what to do: ${error.message}`);
    });
  });
}
