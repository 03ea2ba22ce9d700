import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);

const Answer = z.object({
  name: z.string(),
  outcome: z.enum(['equal', 'different', 'refused']),
  differences: z.number().optional(),
  reason: z.string().optional(),
  seconds: z.number(),
  /** Bytes. */
  memory: z.number(),
  /** Processor seconds of its process so far. */
  processor: z.number(),
});
export type PeerAnswer = z.infer<typeof Answer>;

/** Another tool that compares tables of two servers. */
export interface Peer {
  readonly title: string;
  compare(request: PeerRequest): Promise<readonly PeerAnswer[]>;
}

export interface PeerRequest {
  readonly old: string;
  readonly new: string;
  /** Tables with the key `id`, and their other columns. */
  readonly tables: readonly { readonly name: string; readonly columns: readonly string[] }[];
  /** How it runs; its own defaults where nothing is said. */
  readonly options: Readonly<Record<string, number | boolean>>;
}

const PACKAGES = ['reladiff==0.6.0', 'psycopg2-binary==2.9.13'];

/**
 * Installs the peer in an environment of its own, once.
 * @returns undefined, having said why, where it can't be had
 */
export async function peerFor(name: string, progress: (text: string) => void): Promise<Peer | undefined> {
  if (name !== 'reladiff') throw new Error(`--peer ${name}: only reladiff is known`);
  const cache = process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache');
  const directory = path.join(cache, 'greenlight-bench', 'reladiff-0.6.0');
  const python = path.join(directory, 'bin', 'python');
  const ready = async (): Promise<boolean> =>
    existsSync(python) &&
    (await run(python, ['-c', 'import reladiff, psycopg2']).then(
      () => true,
      () => false,
    ));
  try {
    if (!(await ready())) {
      progress(`installing ${PACKAGES.join(' and ')} in ${directory}`);
      await run('python3', ['-m', 'venv', '--clear', directory]);
      await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES]);
    }
  } catch (error) {
    console.log(`skipped: reladiff 0.6.0 can't be had here (${firstLine(error)})`);
    return undefined;
  }
  return { title: 'reladiff 0.6.0', compare: (request) => ask(python, request) };
}

function firstLine(error: unknown): string {
  const stderr = (error as { readonly stderr?: unknown }).stderr;
  const text = typeof stderr === 'string' && stderr.trim() !== '' ? stderr : String(error);
  return text.trim().split('\n').at(-1) ?? '';
}

async function ask(python: string, request: PeerRequest): Promise<readonly PeerAnswer[]> {
  const child = spawn(python, [path.join(import.meta.dirname, 'reladiff_peer.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  try {
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    // It knows the long name of the scheme only.
    const url = (text: string): string => text.replace(/^postgres:/, 'postgresql:');
    child.stdin.end(JSON.stringify({ ...request, old: url(request.old), new: url(request.new) }));
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== 0) throw new Error(`the peer ended with ${String(code)}`);
    return output
      .trim()
      .split('\n')
      .map((line) => Answer.parse(JSON.parse(line)));
  } finally {
    process.off('exit', kill);
  }
}
