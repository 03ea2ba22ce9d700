import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import type { EngineAvailability } from '../../../contract/ports/load-engine.ts';

/** Names the program; it wins over everything else. */
export const K6_ENV = 'GREENLIGHT_K6';

const REMEDY =
  'run `greenlight doctor --install k6`, install k6 2 or later (https://grafana.com/docs/k6/latest/set-up/install-k6/), or set GREENLIGHT_K6 to its path';

/** Where programs that Greenlight fetches are kept, one directory per version. */
export function k6CacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  return join(env['XDG_CACHE_HOME'] ?? join(env['HOME'] ?? homedir(), '.cache'), 'greenlight');
}

/**
 * Finds k6: the environment variable, then PATH, then the newest version in the cache. A program that is named but does
 * not work is not replaced by another one: a pinned tool must not change silently.
 */
export async function findK6(env: NodeJS.ProcessEnv = process.env): Promise<EngineAvailability> {
  const named = env[K6_ENV];
  const candidates = named !== undefined && named !== '' ? [named] : [...onPath(env), ...(await cached(env))];
  for (const path of candidates) {
    if (!(await executable(path))) continue;
    return versionOf(path);
  }
  return {
    available: false,
    reason:
      named === undefined || named === ''
        ? 'k6 is neither on the PATH nor in the cache'
        : `${K6_ENV} names ${named}, which is not a program`,
    remedy: REMEDY,
  };
}

async function versionOf(path: string): Promise<EngineAvailability> {
  let text: string;
  try {
    text = (await promisify(execFile)(path, ['version'], { timeout: 10_000 })).stdout;
  } catch (error) {
    return { available: false, reason: `${path} does not run: ${String(error)}`, remedy: REMEDY };
  }
  const version = /\bk6(?:\.exe)? v(\d+\.\d+\.\d+\S*)/.exec(text)?.[1];
  if (version === undefined) {
    return {
      available: false,
      reason: `${path} does not say a version of k6: ${text.slice(0, 100)}`,
      remedy: REMEDY,
    };
  }
  if (Number(version.split('.')[0]) < 2) {
    return { available: false, reason: `${path} is k6 ${version}; 2 or later is needed`, remedy: REMEDY };
  }
  return { available: true, version, path };
}

function onPath(env: NodeJS.ProcessEnv): string[] {
  const name = process.platform === 'win32' ? 'k6.exe' : 'k6';
  return (env['PATH'] ?? '')
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, name));
}

async function cached(env: NodeJS.ProcessEnv): Promise<string[]> {
  const directory = k6CacheDirectory(env);
  let entries: string[];
  try {
    entries = await readdir(directory);
  } catch {
    // No cache yet: nothing was ever fetched.
    return [];
  }
  return entries
    .filter((name) => name.startsWith('k6-'))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
    .map((name) => join(directory, name, 'k6'));
}

async function executable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
