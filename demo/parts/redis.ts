import { constants } from 'node:fs';
import { access, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { GreenlightError } from '../../contract/errors.ts';
import { freePort } from './free-port.ts';
import type { Part } from './part.ts';
import { startModule, startProgram } from './supervise.ts';
import { untilReady } from './until-ready.ts';

/** Given by the user, a Redis or Valkey program of this machine, or one that is emulated in JavaScript. */
export type RedisSource = 'configured' | 'installed' | 'emulated';

export interface RedisOptions {
  /** Holds its scratch files and log. */
  readonly directory: string;
  readonly signal?: AbortSignal;
  /** Take this source only. */
  readonly source?: RedisSource;
  /** Most memory of a server that is started here, such as `256mb`; default no limit. A full one refuses writes. */
  readonly memory?: string;
  /** For tests: see `startProgram`. */
  readonly binding?: 'auto' | 'guard';
}

export interface Redis extends Part {
  /** `redis://127.0.0.1:<port>`, or what GREENLIGHT_REDIS_URL says. */
  readonly url: string;
  readonly source: RedisSource;
  /** Process id of the server; undefined for a configured one, which is not ours. */
  readonly pid: number | undefined;
}

const PROGRAMS = ['redis-server', 'valkey-server'];

/**
 * Starts an empty Redis on a random loopback port, without persistence. It ends with us, however we end.
 * Order: GREENLIGHT_REDIS_URL, `redis-server` or `valkey-server` on PATH, an emulator of the few commands that the shops use.
 * @throws GreenlightError PART_MISSING, DEMO_FAILED
 */
export async function startRedis(
  options: RedisOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Redis> {
  const wanted = (source: RedisSource): boolean => options.source === undefined || options.source === source;
  const configured = env['GREENLIGHT_REDIS_URL'];
  if (configured && wanted('configured')) return useConfigured(configured);
  const program = wanted('installed') ? await findProgram(env) : undefined;
  if (program) return startInstalled(program, options);
  if (wanted('emulated')) return startEmulated(options);
  throw new GreenlightError(
    'PART_MISSING',
    'no Redis: no redis-server or valkey-server on PATH (Debian: apt-get install redis-server), and GREENLIGHT_REDIS_URL is not set',
  );
}

async function useConfigured(url: string): Promise<Redis> {
  const asked = await ask(url).catch((cause: unknown) => {
    throw new GreenlightError(
      'PART_FAILED',
      'the Redis of GREENLIGHT_REDIS_URL does not answer: start it, or unset the variable to let the demo start one',
      { cause },
    );
  });
  return { ...asked, url, source: 'configured', pid: undefined, stop: async () => undefined };
}

async function startInstalled(program: string, options: RedisOptions): Promise<Redis> {
  const scratch = path.join(options.directory, 'redis');
  await mkdir(scratch, { recursive: true });
  const port = await freePort();
  const server = await startProgram({
    name: 'redis',
    directory: options.directory,
    command: program,
    args: [
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', scratch],
      ...['--save', '', '--appendonly', 'no', '--daemonize', 'no'],
      ...(options.memory === undefined ? [] : ['--maxmemory', options.memory]),
    ],
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.binding ? { binding: options.binding } : {}),
  });
  const url = `redis://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await server.stop();
    await rm(scratch, { recursive: true, force: true });
  };
  try {
    const asked = await untilReady(server, () => ask(url), {
      withinMs: 15_000,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    return { ...asked, url, source: 'installed', pid: server.pid, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startEmulated(options: RedisOptions): Promise<Redis> {
  const child = await startModule({
    name: 'redis-emulated',
    directory: options.directory,
    module: new URL('../processes/redis-emulator.ts', import.meta.url),
    input: {},
    ready: z.strictObject({ port: z.number().int() }),
    ...(options.signal ? { signal: options.signal } : {}),
  });
  const url = `redis://127.0.0.1:${child.ready.port}`;
  const stop = (): Promise<void> => child.process.stop();
  const { version } = await ask(url).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    name: 'emulated Redis',
    version,
    url,
    source: 'emulated',
    pid: child.process.pid,
    stop,
  };
}

async function findProgram(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))) {
    for (const name of PROGRAMS) {
      const file = path.join(folder, name);
      const executable = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (executable) return file;
    }
  }
  return undefined;
}

/** Connects once and reads what the server says about itself. */
async function ask(url: string): Promise<{ name: string; version: string }> {
  const { Redis: Client } = await import('ioredis');
  const client = new Client(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 2_000 });
  // Without a listener ioredis prints every refused connection; the rejection below tells the same.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const info = await client.info('server');
    const valkey = /^valkey_version:(\S+)/m.exec(info)?.[1];
    const version = valkey ?? /^redis_version:(\S+)/m.exec(info)?.[1];
    if (version === undefined) throw new Error('INFO server names no version');
    return { name: valkey ? 'Valkey' : 'Redis', version };
  } finally {
    client.disconnect();
  }
}
