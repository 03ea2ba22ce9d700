import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The code of a consumer itself, as a program that reads questions as JSON and writes what the consumer makes of them. */
export interface GoClient {
  ask(questions: Readonly<Record<string, unknown>>): Promise<unknown>;
  remove(): void;
}

/** Seldom on PATH where it was unpacked by hand. */
const go = ['go', '/usr/local/go/bin/go'].find((program) => {
  if (path.isAbsolute(program)) return existsSync(program);
  return (process.env['PATH'] ?? '')
    .split(':')
    .some((directory) => existsSync(path.join(directory, program)));
});
const env = { ...process.env, GOFLAGS: '-mod=readonly', GOTOOLCHAIN: 'local' };

/**
 * Why the client cannot be built here.
 * @returns undefined when it can
 */
export function whyNot(client: 'argo' | 'flagger'): string | undefined {
  if (process.env['GREENLIGHT_REAL_CLIENTS'] !== '1') {
    return 'set GREENLIGHT_REAL_CLIENTS=1: the first build compiles both controllers for up to ten minutes';
  }
  if (go === undefined) return 'Go is not installed';
  try {
    const cwd = path.join(import.meta.dirname, client);
    execFileSync(go, ['list', '-deps', '.'], { cwd, env, stdio: 'pipe', timeout: 120_000, maxBuffer: 1e8 });
    return undefined;
  } catch (error) {
    const [line = 'no module'] = String((error as { stderr?: Buffer }).stderr ?? error).split('\n');
    return `Go cannot get its modules (${line.slice(0, 150)})`;
  }
}

/** Builds the program; the first time this compiles the whole consumer and takes minutes. */
export async function buildClient(client: 'argo' | 'flagger'): Promise<GoClient> {
  const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-client-'));
  const program = path.join(directory, client);
  await run(go ?? 'go', ['build', '-o', program, '.'], { cwd: path.join(import.meta.dirname, client), env });
  return {
    ask: (questions) => ask(program, JSON.stringify(questions)),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

async function ask(program: string, questions: string): Promise<unknown> {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  child.stdin.end(questions);
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${path.basename(program)} ended with ${String(code)}: ${err}`);
  return JSON.parse(out) as unknown;
}
