import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Verdict } from '../../../contract/verdict/verdict.ts';
import { DIST, GREENLIGHT } from '../../installed.ts';
import { QUICK_START, QUICK_START_PLAIN } from '../../quick-start.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const BUILT = [GREENLIGHT];
/** The demo's plan and Playwright configuration as they are built: from source, each process would transpile everything. */
export const DEMO_FILES = [
  ...['--config', path.join(DIST, 'demo/greenlight.config.js')],
  ...['--playwright', path.join(DIST, 'playwright.config.js')],
];
/** What `npm run demo` starts. */
const FROM_SOURCE = ['--import', 'tsx', path.join(ROOT, 'scripts/greenlight.ts')];

/** Starts the command line as it is built; the caller waits for `ended` or kills it. */
export function startGreenlight(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  program: readonly string[] = BUILT,
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const child = spawn(process.execPath, [...program, ...args], {
    cwd: ROOT,
    // Vitest marks its workers; what we start is no test.
    env: {
      ...process.env,
      ...(program === BUILT ? QUICK_START_PLAIN : QUICK_START),
      VITEST: undefined,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

export function greenlight(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return startGreenlight(args, env).ended;
}

export function greenlightFromSource(args: readonly string[]): Promise<Ended> {
  return startGreenlight(args, {}, FROM_SOURCE).ended;
}

export async function readVerdict(directory: string): Promise<Verdict> {
  return Verdict.parse(JSON.parse(await readFile(path.join(directory, 'verdict.json'), 'utf8')));
}

/** The first check that decides: blocking, failed, not waived, in the order of the manifest. */
export function firstFailure(verdict: Verdict): string | undefined {
  return verdict.checks.find(
    (check) => check.severity === 'blocking' && check.state === 'failed' && !check.waiver,
  )?.id;
}

/** A temporary directory that is gone after `body`, whatever happened. */
export async function inTemporaryDirectory<T>(body: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(path.join(tmpdir(), 'greenlight-e2e-'));
  try {
    return await body(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
