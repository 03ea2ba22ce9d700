import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { hasVersion, programsOf, startCluster, type TestCluster } from '../postgres-cluster.ts';

const run = promisify(execFile);

/** The two databases of a hazard, in SQL. */
export interface Databases {
  /** Makes the old side. */
  readonly old: string;
  /** Makes the new side; without it, new is what `pg_dump` of old gives to `psql`. */
  readonly new?: string;
  /** What becomes of new then, and what somebody leaves on old. */
  readonly lost?: string;
  readonly left?: string;
  /** Done on new in a transaction that stays open while the command runs. */
  readonly open?: string;
  /** Both addresses lead to the old side. */
  readonly one?: true;
}

/** Databases that are there. */
export interface OpenDatabases {
  /** Their addresses, by variable. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

// The version whose pg_dump is installed: the npm one comes without.
const VERSION = 'debian';
let cluster: Promise<TestCluster> | undefined;

/** Whether rows with two databases can be tried here. */
export function canDump(): Promise<boolean> {
  return hasVersion(VERSION);
}

/** Makes the databases of a hazard, on one cluster for all of them, which the first one starts. */
export async function openDatabases(id: string, databases: Databases): Promise<OpenDatabases> {
  cluster ??= startCluster(VERSION, ['max_prepared_transactions=4']);
  const server = await cluster;
  const old = await server.database(`${id}-old`, databases.old);
  const next = databases.one ? old : await server.database(`${id}-new`, databases.new);
  if (databases.one === undefined && databases.new === undefined) await move(old, next);
  if (databases.left !== undefined) await server.run(`${id}-old`, databases.left);
  const holder = new pg.Client({ connectionString: next });
  await holder.connect();
  if (databases.lost !== undefined) await holder.query(databases.lost);
  if (databases.open !== undefined) await holder.query(`begin; ${databases.open}`);
  return {
    env: { OLD_DATABASE_URL: old, NEW_DATABASE_URL: next },
    close: () => holder.end(),
  };
}

/** Stops the cluster, if one was started. */
export async function stopDatabases(): Promise<void> {
  const server = await cluster;
  cluster = undefined;
  await server?.stop();
}

async function move(old: string, next: string): Promise<void> {
  const programs = await programsOf(VERSION);
  if (programs === undefined) throw new Error('pg_dump is not installed here');
  await run('bash', [
    '-c',
    'set -o pipefail; "$1" "$2" | "$3" -q -v ON_ERROR_STOP=1 "$4"',
    'move',
    path.join(programs, 'pg_dump'),
    old,
    path.join(programs, 'psql'),
    next,
  ]);
}
