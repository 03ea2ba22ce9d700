import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';

/** How a program ended, and what it took. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last part of what it wrote to standard error. */
  readonly errors: string;
  /** Share of one core while it ran; null where the system does not say. */
  readonly cpuPercent: number | null;
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
  let stopCpu: (() => Promise<number | null>) | undefined;
  guard.stdout?.setEncoding('utf8').on('data', options.onOutput);
  guard.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-MOST_ERROR_TEXT);
  });
  guard.on(
    'message',
    (message: { pid?: number; failed?: string; code?: number | null; signal?: string | null }) => {
      if (message.pid !== undefined) stopCpu = watchCpu(message.pid);
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
  }
  if (failed !== undefined) throw new Error(`${program} could not be started: ${failed}`);
  return {
    ...(ending ?? { code: null, signal: 'SIGKILL' }),
    errors,
    cpuPercent: (await stopCpu?.()) ?? null,
  };
}

/** Most that one process can take, in percent of one core. */
export function wholeMachinePercent(): number {
  return availableParallelism() * 100;
}

/** Reads the processor time of another process, which Node cannot ask for; only Linux says it in a file. */
function watchCpu(pid: number): () => Promise<number | null> {
  const started = performance.now();
  let last: { ticks: number; at: number } | undefined;
  const look = async (): Promise<void> => {
    try {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      // The second field is the name in parentheses and may hold spaces.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      last = { ticks: Number(fields[11]) + Number(fields[12]), at: performance.now() };
    } catch {
      // Another system, or the process has ended: the last look counts.
    }
  };
  const timer = setInterval(() => void look(), 250);
  return async () => {
    clearInterval(timer);
    // A tick is a hundredth of a second on every Linux that Node runs on.
    return last === undefined || last.at <= started ? null : (last.ticks * 10 * 100) / (last.at - started);
  };
}
