import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GreenlightError } from '../../contract/errors.ts';
import { k6CacheDirectory } from '../../load/engines/k6/find.ts';
import { onPath } from '../../host/process-group.ts';
import { k6Archive, unpackRelease } from './k6-release.ts';

/** The version that is built or fetched. */
export const K6_VERSION = '2.2.0';

/** Where the program is kept: outside any checkout, by version, where the engine looks for it. */
function k6CacheFile(env: NodeJS.ProcessEnv): string {
  return path.join(k6CacheDirectory(env), `k6-${K6_VERSION}`, 'k6');
}

/**
 * Puts k6 into the cache, where it is not there yet: built from source where Go is, which takes a minute or two and about
 * 1 GB of Go's caches; otherwise, or where that fails, the archive of its release with a known sum.
 * @returns the path of the program
 * @throws GreenlightError K6_UNAVAILABLE when neither can be had
 */
export async function installK6(
  env: NodeJS.ProcessEnv,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const file = k6CacheFile(env);
  if (existsSync(file)) return file;
  const scratch = mkdtempSync(path.join(tmpdir(), 'greenlight-k6-'));
  try {
    const program = await obtain(scratch, env, progress, signal);
    mkdirSync(path.dirname(file), { recursive: true });
    // Copied beside its place and renamed, so that an interrupted copy is never taken for the program.
    const draft = `${file}.${process.pid}.tmp`;
    copyFileSync(program, draft);
    chmodSync(draft, 0o755);
    renameSync(draft, file);
    return file;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function obtain(
  scratch: string,
  env: NodeJS.ProcessEnv,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const archive = k6Archive(K6_VERSION, `${process.platform}-${process.arch}`);
  const go = onPath('go', { PATH: `${env['PATH'] ?? ''}${path.delimiter}/usr/local/go/bin` });
  if (go !== undefined) {
    try {
      return await build(go, scratch, env, progress, signal);
    } catch (error) {
      if (archive === undefined || signal.aborted) throw error;
      progress(error instanceof Error ? error.message : String(error));
    }
  }
  if (archive === undefined) {
    throw new GreenlightError(
      'K6_UNAVAILABLE',
      'k6 has no program for this kind of machine and is built with Go here, which was not found',
    );
  }
  progress(`fetching ${archive.name}`);
  return unpackRelease({ archive, version: K6_VERSION, directory: scratch, env, signal });
}

async function build(
  go: string,
  module: string,
  env: NodeJS.ProcessEnv,
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<string> {
  progress(`building k6 ${K6_VERSION} with ${go}: one to two minutes`);
  // `go install go.k6.io/k6/v2@...` asks the vanity host, which a module proxy does not serve.
  writeFileSync(
    path.join(module, 'go.mod'),
    `module build\n\ngo 1.24\n\nrequire go.k6.io/k6/v2 v${K6_VERSION}\n`,
  );
  writeFileSync(path.join(module, 'tools.go'), 'package tools\n\nimport _ "go.k6.io/k6/v2/cmd"\n');
  const built = path.join(module, 'k6');
  const args = ['build', '-trimpath', '-ldflags', '-s -w', '-o', built, 'go.k6.io/k6/v2'];
  await runGo(go, args, module, env, signal);
  return built;
}

function runGo(
  go: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(go, args, {
      cwd,
      env: { ...env, GOFLAGS: '-mod=mod' },
      stdio: ['ignore', 'ignore', 'pipe'],
      signal,
    });
    const said: string[] = [];
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else {
        const last = said.join('').trim().split('\n').slice(-5).join('\n');
        reject(
          new GreenlightError('K6_UNAVAILABLE', `k6 could not be built (go ended with ${code}): ${last}`),
        );
      }
    });
  });
}
