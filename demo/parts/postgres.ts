import { chmod, chown, mkdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { GreenlightError } from '../../contract/errors.ts';
import { isRoot, NOBODY } from './death-with-parent.ts';
import { freePort } from './free-port.ts';
import { logTail } from './log-tail.ts';
import type { Part } from './part.ts';
import { findPostgres, type PostgresBinaries, type PostgresSource } from './postgres-binaries.ts';
import { startProgram, type SupervisedProcess } from './supervise.ts';
import { untilReady } from './until-ready.ts';

export interface PostgresOptions {
  /** Holds the cluster in `<directory>/<name>` and its logs. As root it is made passable for `nobody`. */
  readonly directory: string;
  /** `old`, `new`: kebab-case, unique within the directory. */
  readonly name: string;
  readonly signal?: AbortSignal;
  /** Take the programs from this source only. */
  readonly source?: PostgresSource;
  /** Take this major version only. */
  readonly major?: number;
  /** For tests: see `startProgram`. */
  readonly binding?: 'auto' | 'guard';
}

export interface Postgres extends Part {
  /** Connection string of the empty database `shop`, as the superuser `app`, without password. */
  readonly url: string;
  /** Connection string of the database `postgres` of the same cluster. */
  readonly adminUrl: string;
  readonly port: number;
  /** Process id of the server. */
  readonly pid: number;
  readonly source: PostgresSource;
}

const USER = 'app';
const TRIES = 3;

/**
 * Starts a real PostgreSQL cluster on a random loopback port and creates the database `shop`. It ends with us, however
 * we end; `stop` also removes its files.
 * @throws GreenlightError PART_MISSING, DEMO_FAILED
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const data = path.join(options.directory, options.name);
  await prepare(options.directory, data);
  try {
    const binaries = await findPostgres(options);
    await initialise(options, binaries, data);
    for (let attempt = 1; ; attempt += 1) {
      const port = await freePort();
      try {
        return await start(options, binaries, data, port);
      } catch (error) {
        const portTaken = error instanceof Error && error.message.includes('could not bind');
        if (!portTaken || attempt === TRIES) throw error;
      }
    }
  } catch (error) {
    await rm(data, { recursive: true, force: true });
    throw error;
  }
}

/** PostgreSQL wants its directory for itself, and `nobody` must get to it through ours. */
async function prepare(directory: string, data: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await mkdir(data, { mode: 0o700 }).catch((cause: unknown) => {
    throw new GreenlightError('DEMO_FAILED', `${data} cannot be made: it must not be there yet`, { cause });
  });
  if (!isRoot()) return;
  const { mode } = await stat(directory);
  await chmod(directory, (mode & 0o7777) | 0o011);
  await chown(data, NOBODY.uid, NOBODY.gid);
}

async function initialise(options: PostgresOptions, binaries: PostgresBinaries, data: string): Promise<void> {
  const initdb = await startProgram({
    ...common(options),
    name: `postgres-${options.name}-initdb`,
    command: path.join(binaries.bin, 'initdb'),
    args: [
      ...['-D', data, '-U', USER, '-A', 'trust'],
      ...['--encoding=UTF8', '--locale=C.UTF-8', '--no-sync', '--no-instructions'],
    ],
  });
  const abort = (): void => void initdb.stop(500);
  options.signal?.addEventListener('abort', abort, { once: true });
  const { code, signal } = await initdb.ended;
  options.signal?.removeEventListener('abort', abort);
  options.signal?.throwIfAborted();
  if (code === 0) return;
  const log = logTail(initdb.logFile);
  throw new GreenlightError('DEMO_FAILED', `initdb of ${binaries.bin} ended with ${signal ?? code}${log}`, {
    hint: initdbHint(log, data),
  });
}

function initdbHint(log: string, data: string): string {
  // `docker run --user 1234` and some clusters' random user ids.
  if (log.includes('could not look up effective user ID')) {
    return 'PostgreSQL wants an account with a name: run as a user that /etc/passwd knows, or as root.';
  }
  if (!isRoot()) return 'The log above says why.';
  return `As root, PostgreSQL runs as the user with id ${NOBODY.uid}: every directory above ${data} must be passable for others.`;
}

async function start(
  options: PostgresOptions,
  binaries: PostgresBinaries,
  data: string,
  port: number,
): Promise<Postgres> {
  // Durability is worthless here, and costs most of the migration's time.
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'fsync=off',
    'full_page_writes=off',
    'synchronous_commit=off',
    'max_wal_size=2GB',
  ];
  const server = await startProgram({
    ...common(options),
    name: `postgres-${options.name}`,
    command: path.join(binaries.bin, 'postgres'),
    args: ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    // SIGINT is its fast shutdown; SIGTERM would wait for every client to leave.
    stopSignal: 'SIGINT',
  });
  const adminUrl = `postgres://${USER}@127.0.0.1:${port}/postgres`;
  try {
    await untilReady(server, () => query(adminUrl, 'SELECT 1'), {
      withinMs: 30_000,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    await query(adminUrl, 'CREATE DATABASE shop');
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    name: 'PostgreSQL',
    version: binaries.version,
    source: binaries.source,
    url: `postgres://${USER}@127.0.0.1:${port}/shop`,
    adminUrl,
    port,
    pid: server.pid,
    stop: () => stop(server, data),
  };
}

function common(options: PostgresOptions) {
  return {
    directory: options.directory,
    asNobody: true,
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.binding ? { binding: options.binding } : {}),
  };
}

async function stop(server: SupervisedProcess, data: string): Promise<void> {
  await server.stop();
  await rm(data, { recursive: true, force: true });
}

async function query(url: string, statement: string): Promise<void> {
  const { Client } = (await import('pg')).default;
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  // A server that goes down while we are connected says so here; unheard, it would end the whole process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
