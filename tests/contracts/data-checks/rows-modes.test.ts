import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DiffOptions, diffTables } from '../../../data-checks/postgres/rows/diff-tables.ts';
import type { TableDiff } from '../../../data-checks/postgres/rows/table-diff.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { allStarted } from '../../all-started.ts';

const TABLE =
  'create table orders(id bigint primary key, v int not null, updated_at timestamptz not null default now())';

/** A new database that follows an old one by logical replication, while both can be written to. */
describe('two databases that are in use', () => {
  let old: TestCluster;
  let next: TestCluster;
  beforeAll(async () => {
    const settings = ['wal_level=logical', 'wal_receiver_status_interval=1s'];
    [old, next] = await allStarted([startCluster('newest', settings), startCluster('newest', settings)]);
    await old.database(
      'shop',
      `${TABLE}; insert into orders select g, 0, '2026-01-01Z' from generate_series(1, 20000) g`,
    );
    await next.database('shop', TABLE);
    await old.run('shop', 'create publication moving for all tables');
    await old.run('shop', `select pg_create_logical_replication_slot('moving', 'pgoutput')`);
    await next.run(
      'shop',
      `create subscription moving connection '${old.url('shop')}' publication moving with (create_slot = false, slot_name = 'moving')`,
    );
    await until(next, `select count(*) = 20000 as yes from orders`);
    await until(next, `select bool_and(srsubstate = 'r') as yes from pg_subscription_rel`);
  }, 120_000);
  afterAll(async () => {
    await Promise.all([old?.stop(), next?.stop()]);
  });

  async function until(cluster: TestCluster, sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: cluster.url('shop') });
    await client.connect();
    try {
      for (;;) {
        const { rows } = await client.query<{ yes: boolean | null }>(sql);
        if (rows[0]?.yes === true) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    } finally {
      await client.end();
    }
  }

  async function diff(mode: DiffOptions['mode'], more: Partial<DiffOptions> = {}): Promise<TableDiff> {
    const { tables } = await diffTables({
      old: old.url('shop'),
      new: next.url('shop'),
      tables: [{ old: 'orders', new: 'orders' }],
      ...(mode === undefined ? {} : { mode }),
      pauses: [100, 300, 600, 1000, 1500],
      ...more,
    });
    if (tables[0] === undefined) throw new Error('there is no answer');
    return tables[0];
  }

  /** Writes to old, all over the table, until told to stop. */
  function writing(): { stop: () => Promise<void> } {
    let stopped = false;
    const work = (async () => {
      const client = new pg.Client({ connectionString: old.url('shop') });
      await client.connect();
      for (let round = 0; !stopped; round += 1) {
        await client.query(`update orders set v = v + 1, updated_at = now() where id = any($1)`, [
          Array.from({ length: 20 }, (_, index) => 100 + ((round * 7919 + index * 31) % 19_000)),
        ]);
        await client.query('insert into orders values ($1, 0) on conflict do nothing', [1_000_000 + round]);
        await client.query('delete from orders where id = $1', [1_000_000 + round - 50]);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await client.end();
    })();
    return {
      stop: async () => {
        stopped = true;
        await work;
      },
    };
  }

  test.each(['live', 'barrier'] as const)(
    'writers all the while: no false difference in the mode %s, and a planted one is found',
    async (mode) => {
      const writer = writing();
      try {
        const clean = await diff(mode);
        expect(clean.answer, clean.reason).not.toBe('different');
        // A row that the writer leaves alone.
        await next.run('shop', 'update orders set v = 77 where id = 5; delete from orders where id = 6');
        const planted = await diff(mode);
        expect(planted, planted.reason).toMatchObject({
          answer: 'different',
          missing: 1,
          changed: 1,
          extra: 0,
        });
        expect(planted.differences.map((row) => `${row.kind} ${row.key.join()}`).sort()).toEqual([
          'changed 5',
          'missing 6',
        ]);
      } finally {
        await writer.stop();
        await next.run(
          'shop',
          `update orders set v = 0 where id = 5; insert into orders values (6, 0, '2026-01-01Z') on conflict do nothing`,
        );
      }
    },
  );

  test('live: a row that never stands still is unstable, never equal', async () => {
    let stopped = false;
    const work = (async () => {
      for (let n = 1; !stopped; n += 1) await next.run('shop', `update orders set v = ${n} where id = 8`);
    })();
    const table = await diff('live', { pauses: [50, 50, 50] });
    stopped = true;
    await work;
    await next.run('shop', 'update orders set v = 0 where id = 8');
    expect(table).toMatchObject({ answer: 'unstable', missing: null });
  });

  test('rows that new wrote since the cut-over are counted apart', async () => {
    await next.run(
      'shop',
      `insert into orders values (-1, 1, '2026-11-20 03:00Z'); update orders set v = 5, updated_at = '2026-11-20 02:00Z' where id = 9;
       insert into orders values (-2, 1, '2026-11-20 01:59Z')`,
    );
    const since = { column: 'updated_at', at: '2026-11-20T04:00:00+02:00' };
    const pair = { old: 'orders', new: 'orders', since };
    const found = await diff('snapshot', { tables: [pair] });
    expect(found).toMatchObject({ answer: 'different', extra: 1, changed: 0, missing: 0, later: 2 });
    expect(found.differences[0]?.key).toEqual(['-2']);
    await next.run('shop', 'delete from orders where id = -2');
    const apart = await diff('snapshot', { tables: [pair] });
    expect(apart).toMatchObject({ answer: 'equal', later: 2 });
    expect(apart.notCompared.join()).toContain('2 rows that new wrote');

    // The other way round: what a roll-back would lose.
    for (const tables of [
      [{ ...pair, direction: 'rollback' as const }],
      [{ old: 'orders', new: 'orders', direction: 'rollback' as const }],
    ]) {
      const lost = await diff('snapshot', { tables });
      expect(lost).toMatchObject({ answer: 'different', extra: 1, changed: 1 });
      expect(lost.reason).toContain('would lose 1 rows that old lacks, and 1 that it has otherwise');
    }
    await next.run(
      'shop',
      `delete from orders where id = -1; update orders set v = 0, updated_at = '2026-01-01Z' where id = 9`,
    );
    // The writers of other tests wrote since then, too: rows that old has as well.
    const back = { ...pair, direction: 'rollback' as const };
    expect(await diff('snapshot', { tables: [back] })).toMatchObject({ answer: 'equal' });
    const nothing = { ...back, since: { ...since, at: '2100-01-01T00:00:00Z' } };
    expect(await diff('snapshot', { tables: [nothing] })).toMatchObject({ cause: 'nothing-compared' });
    const whole = { old: 'orders', new: 'orders', direction: 'rollback' as const };
    expect(await diff('snapshot', { tables: [whole] })).toMatchObject({ answer: 'equal' });
  });

  test('fenced: only a fence that is proved, and that holds to the end, gives an answer', async () => {
    expect(await diff('fenced')).toMatchObject({ answer: 'not-checked', cause: 'not-fenced' });
    await old.run('postgres', 'alter database shop set default_transaction_read_only = on');
    const fenced = await diff('fenced');
    expect(fenced, fenced.reason).toMatchObject({ answer: 'equal', oldRows: 20_000 + (await leftOvers()) });

    const writer = new pg.Client({ connectionString: old.url('shop') });
    await writer.connect();
    await writer.query('begin read write; update orders set v = 1 where id = 10');
    expect((await diff('fenced')).reason).toContain('in the middle of writing');
    await writer.query('rollback');

    // Somebody who gets around the fence while rows are compared.
    let wrote: Promise<unknown> | undefined;
    const broken = await diff('fenced', {
      onTable: () => {
        wrote = writer.query('begin read write; update orders set v = v where id = 10; commit');
      },
    });
    await wrote;
    expect(broken).toMatchObject({ answer: 'not-checked', cause: 'fence-broken' });

    // Replication that does not go on.
    await next.run('shop', 'alter subscription moving disable');
    expect(await diff('fenced')).toMatchObject({ answer: 'not-checked', cause: 'not-drained' });
    await until(old, `select not active as yes from pg_replication_slots where slot_name = 'moving'`);
    await writer.query('begin read write; update orders set v = v where id = 10; commit');
    await writer.end();
    const sneaky = await diff('barrier', { waitMs: 300 });
    expect(sneaky).toMatchObject({ answer: 'not-checked', cause: 'not-drained' });
    await next.run('shop', 'alter subscription moving enable');
  }, 120_000);

  async function leftOvers(): Promise<number> {
    const client = new pg.Client({ connectionString: old.url('shop') });
    await client.connect();
    const { rows } = await client.query<{ n: number }>(
      'select count(*)::int as n from orders where id >= 1000000',
    );
    await client.end();
    return rows[0]?.n ?? 0;
  }
});
