import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { LoadResult } from '../../../contract/load/load-result.ts';
import type { LoadSoFar } from '../autocannon-run.ts';
import type { FromProcess, ProcessOrder, ToProcess } from './protocol.ts';

const MOST_ERROR_TEXT = 1000;

/** One process that makes a part of a load. It never outlives us. */
export interface LoadProcess {
  /** Settles when it waits for `go`; false when it ended before. */
  readonly ready: Promise<boolean>;
  /** Settles when it is gone; a text says why it has no result. */
  readonly ended: Promise<LoadResult | string>;
  /** What it said last. */
  soFar(): LoadSoFar | undefined;
  send(message: 'go' | 'stop'): void;
  /** At once. @param because what to say instead of a result that has not come yet */
  kill(because: string): void;
}

/** Starts one. Nothing is sent to the target before `go`. */
export function startLoadProcess(order: ProcessOrder): LoadProcess {
  // Not what our own process was started with: under Playwright those are loaders that need their parent.
  const child = fork(modulePath(), [], {
    execArgv: fromSource() ? ['--import', tsx()] : [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let errors = '';
  let soFar: LoadSoFar | undefined;
  let answer: LoadResult | string | undefined;
  let isReady: (ready: boolean) => void = () => undefined;
  const ready = new Promise<boolean>((resolve) => (isReady = resolve));
  const kill = (because: string): void => {
    answer ??= because;
    child.kill('SIGKILL');
  };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-MOST_ERROR_TEXT);
  });
  child.on('message', (message: FromProcess) => {
    if (message === 'ready') isReady(true);
    else if ('soFar' in message) soFar = message.soFar;
    else {
      answer ??= 'failed' in message ? message.failed : resultOf(message.result);
      child.kill('SIGKILL');
    }
  });
  const ended = new Promise<LoadResult | string>((resolve) => {
    const end = (otherwise: string): void => {
      isReady(false);
      resolve(answer ?? otherwise);
    };
    child.on('error', (error) => {
      // Also a message that could not be sent; only without a process will no `close` follow.
      if (child.pid === undefined) end(`could not be started: ${error.message}`);
    });
    child.once('close', (code, signal) => {
      const words = errors.trim().split('\n').slice(-4).join(' | ');
      end(`ended (${signal ?? `exit code ${code}`}) without a result${words === '' ? '' : `: ${words}`}`);
    });
  });
  send(child, { order });
  return { ready, ended, soFar: () => soFar, send: (message) => send(child, message), kill };
}

function resultOf(value: unknown): LoadResult | string {
  const parsed = LoadResult.safeParse(value);
  return parsed.success ? parsed.data : `reported no result of this version: ${parsed.error.message}`;
}

/** To one that has just died nothing can be sent, and its end is seen anyway. */
function send(child: ChildProcess, message: ToProcess): void {
  if (child.connected) child.send(message, () => undefined);
}

function fromSource(): boolean {
  return import.meta.url.endsWith('.ts');
}

function modulePath(): string {
  return fileURLToPath(new URL(`./child${fromSource() ? '.ts' : '.js'}`, import.meta.url));
}

/** Found from here, so that the working directory does not matter. */
function tsx(): string {
  return pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
}
