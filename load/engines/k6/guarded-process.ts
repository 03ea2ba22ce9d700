import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { ProcessorWatch } from './processor-watch.ts';

/** How a program ended, and what it took. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last part of what it wrote to standard error. */
  readonly errors: string;
  /** What it took of the processors; undefined when it never ran. */
  readonly processors: ProcessorWatch | undefined;
}

export interface ProgramOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly onOutput: (text: string) => void;
  readonly signal: AbortSignal;
  /** It is killed after this time, whatever happens. */
  readonly hardEndMs: number;
}

/** Killing the program when we die needs a watcher of its own: a program that makes load must never be orphaned. */
const GUARD = `
const { spawn } = require('node:child_process');
const [hardEnd, program, ...args] = process.argv.slice(1);
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
const kill = () => child.kill('SIGKILL');
process.on('disconnect', kill);
process.on('message', (name) => child.kill(name));
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => child.kill(name));
setTimeout(kill, Number(hardEnd)).unref();
const say = (message) => new Promise((done) => process.connected ? process.send(message, () => done()) : done());
child.on('spawn', () => say({ pid: child.pid }));
child.on('error', (error) => say({ failed: String(error) }).then(() => process.exit(0)));
child.on('exit', (code, signal) => say({ code, signal }).then(() => process.exit(0)));
`;

const MOST_ERROR_TEXT = 20_000;
const PATIENCE_MS = 3000;

/** Runs a program that dies with us. @throws Error when it could not be started */
export async function runGuarded(options: ProgramOptions): Promise<ProgramEnd> {
  const { program, args, env, cwd, signal } = options;
  const guard = spawn(process.execPath, ['-e', GUARD, String(options.hardEndMs), program, ...args], {
    env,
    cwd,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let errors = '';
  let ending: { code: number | null; signal: string | null } | undefined;
  let failed: string | undefined;
  let processors: ProcessorWatch | undefined;
  guard.stdout?.setEncoding('utf8').on('data', options.onOutput);
  guard.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-MOST_ERROR_TEXT);
  });
  guard.on(
    'message',
    (message: { pid?: number; failed?: string; code?: number | null; signal?: string | null }) => {
      if (message.pid !== undefined) processors = new ProcessorWatch(message.pid);
      else if (message.failed !== undefined) failed = message.failed;
      else ending = { code: message.code ?? null, signal: message.signal ?? null };
    },
  );
  const stop = (): void => {
    if (guard.connected) guard.send('SIGINT');
    setTimeout(() => guard.connected && guard.send('SIGKILL'), PATIENCE_MS).unref();
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      guard.once('error', reject);
      // `close`, not `exit`: only then has all output been read.
      guard.once('close', () => resolve());
    });
  } finally {
    signal.removeEventListener('abort', stop);
    processors?.stop();
  }
  if (failed !== undefined) throw new Error(`${program} could not be started: ${failed}`);
  return {
    ...(ending ?? { code: null, signal: 'SIGKILL' }),
    errors,
    processors,
  };
}

/** Most that one process can take, in percent of one core. */
export function wholeMachinePercent(): number {
  return availableParallelism() * 100;
}
