import { afterAll, beforeAll } from 'vitest';
import { diffFromMysql } from '../../../../data-checks/mysql/diff-from-mysql.ts';
import type { Diff, DiffOptions } from '../../../../data-checks/postgres/rows/diff-tables.ts';
import { startMariadb, type TestMariadb } from '../../../mariadb-server.ts';
import { startCluster, type TestCluster } from '../../../postgres-cluster.ts';
import { allStarted } from '../../../all-started.ts';

interface Servers {
  readonly old: TestMariadb;
  readonly next: TestCluster;
}

let started: Servers | undefined;

/** One MariaDB and one PostgreSQL for all tests of the file: each part of it makes its own databases. */
export function startServers(): void {
  beforeAll(async () => {
    const [old, next] = await allStarted([startMariadb(), startCluster()]);
    started = { old, next };
  }, 60_000);
  afterAll(async () => {
    await Promise.all([started?.old.stop(), started?.next.stop()]);
  });
}

export function servers(): Servers {
  if (started === undefined) throw new Error('the servers were not started: call startServers first');
  return started;
}

/** Compares the database of this name on both servers. */
export function diff(database: string, more: Partial<DiffOptions> = {}): Promise<Diff> {
  return diffFromMysql({ old: servers().old.url(database), new: servers().next.url(database), ...more });
}

/** The same statements on both sides, where both understand them. */
export async function both(database: string, ...sql: string[]): Promise<void> {
  await Promise.all([
    servers().old.run(database, sql.join(';')),
    servers().next.database(database, sql.join(';')),
  ]);
}
