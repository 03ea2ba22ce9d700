import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DiffOptions, diffTables } from '../../../data-checks/postgres/rows/diff-tables.ts';
import type { TableDiff } from '../../../data-checks/postgres/rows/table-diff.ts';
import { eachUsually } from '../../long.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { allStarted } from '../../all-started.ts';

const ROWS = 300_000;
const TABLES = `
  create table by_key(id bigint primary key, v text not null);
  insert into by_key select g, 'v' || g from generate_series(1, ${ROWS}) g;
  create table by_text(code text primary key, v text not null);
  insert into by_text select md5(g::text), 'v' || g from generate_series(1, ${ROWS}) g;
  create table other(id int);
  vacuum analyze;`;

describe('connections that are lost in the middle', () => {
  let old: TestCluster;
  let next: TestCluster;
  beforeAll(async () => {
    // A session that only reads must not move the snapshots; autovacuum would.
    [old, next] = await allStarted([
      startCluster('newest', ['autovacuum=off']),
      startCluster('newest', ['autovacuum=off']),
    ]);
    for (const cluster of [old, next]) {
      await cluster.database('shop');
      for (const statement of TABLES.split(';\n')) await cluster.run('shop', statement);
    }
  }, 120_000);
  afterAll(async () => {
    await Promise.all([old?.stop(), next?.stop()]);
  });

  /** Compares, and lets something happen as soon as the first unit of work is done. */
  async function compare(
    table: string,
    happening: () => Promise<void>,
    options: Partial<DiffOptions> = {},
  ): Promise<{ answer: TableDiff | undefined; read: number }> {
    let read = 0;
    let happened: Promise<void> | undefined;
    const { tables } = await diffTables({
      old: old.url('shop'),
      new: next.url('shop'),
      tables: [{ old: table, new: table }],
      workers: 1,
      portable: true,
      ...options,
      onProgress: (progress) => {
        read = progress.rows;
        happened ??= happening();
      },
    });
    await happened;
    return { answer: tables[0], read };
  }

  async function cut(cluster: TestCluster): Promise<number> {
    const client = new pg.Client({ connectionString: cluster.url() });
    client.on('error', () => undefined);
    await client.connect();
    const { rowCount } = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = 'shop' and application_name = 'greenlight'`,
    );
    await client.end();
    return rowCount ?? 0;
  }

  test.each(['by_key', 'by_text'])(
    '%s: nothing was written meanwhile: what was read still counts, and nothing is read twice',
    async (table) => {
      const { answer, read } = await compare(table, async () => {
        expect(await cut(old)).toBe(2);
      });
      expect(answer).toMatchObject({ answer: 'equal', oldRows: ROWS, newRows: ROWS });
      expect(read).toBe(2 * ROWS);
    },
  );

  eachUsually(
    ['by_text'],
    [['by_key'], ['by_text']],
    '%s: something was written meanwhile: the table is read from its beginning',
    async (table) => {
      const { answer, read } = await compare(table, async () => {
        await next.run('shop', 'insert into other values (1)');
        expect(await cut(next)).toBe(2);
      });
      expect(answer).toMatchObject({ answer: 'equal', oldRows: ROWS, newRows: ROWS });
      expect(read).toBeGreaterThan(2 * ROWS);
    },
  );

  eachUsually(
    ['by_key'],
    [['by_key'], ['by_text']],
    '%s: a server that crashes and comes back: equal is equal, and a difference is found',
    async (table) => {
      const restart = async (): Promise<void> => {
        await next.crash();
        await next.restart();
      };
      expect((await compare(table, restart)).answer).toMatchObject({ answer: 'equal', newRows: ROWS });
      await next.run('shop', `update ${table} set v = 'w' where v = 'v77'`);
      expect((await compare(table, restart)).answer).toMatchObject({
        answer: 'different',
        changed: 1,
        missing: 0,
      });
      await next.run('shop', `update ${table} set v = 'v77' where v = 'w'`);
    },
  );

  test('connections that are cut again and again never give a wrong answer', async () => {
    let ended = false;
    const happening = async (): Promise<void> => {
      while (!ended) await cut(next);
    };
    let cutting: Promise<void> | undefined;
    const begin = async (): Promise<void> => {
      cutting = happening();
    };
    const { answer } = await compare('by_key', begin, { patienceMs: 1000 }).finally(() => (ended = true));
    await cutting;
    expect(answer?.answer).not.toBe('different');
    if (answer?.answer === 'equal') expect(answer).toMatchObject({ oldRows: ROWS, newRows: ROWS });
    else expect(answer).toMatchObject({ answer: 'not-checked', cause: 'connection-lost' });
  });

  test('a server that does not come back: not checked, and tables that were done stay done', async () => {
    const { tables } = await diffTables({
      old: old.url('shop'),
      new: next.url('shop'),
      only: ['by_key', 'by_text', 'other'],
      workers: 1,
      portable: true,
      patienceMs: 300,
      onProgress: ({ table }) => {
        if (table === 'public.by_text') void next.crash();
      },
    });
    expect(tables.map((one) => [one.old, one.answer, one.cause])).toEqual([
      ['public.by_key', 'equal', 'equal'],
      ['public.by_text', 'not-checked', 'connection-lost'],
      ['public.other', 'not-checked', 'connection-lost'],
    ]);
    await next.restart();
  });
});
