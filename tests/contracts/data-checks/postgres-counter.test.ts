import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CountAnswer, CountQuery } from '../../../contract/ports/records.ts';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import { createPostgresCounter } from '../../../data-checks/postgres/counter.ts';
import { hasVersion, startCluster, type ClusterVersion, type TestCluster } from '../../postgres-cluster.ts';

const SCHEMA = `
  create schema shop;
  create schema hidden;
  create table orders(id int primary key, total numeric(12,2), price float8, note text);
  insert into orders select g, g + 0.25, 0.1, null from generate_series(1, 100) g;
  create table "Order"(id int); insert into "Order" values (1), (2);
  create table shop."Größe ""x"""(id int); insert into shop."Größe ""x""" values (1);
  create table empty(id int, n bigint);
  create table big(n bigint); insert into big values (9223372036854775807), (9223372036854775807);
  create table parted(id int) partition by range (id);
  create table parted_a partition of parted for values from (0) to (50);
  create table parted_b partition of parted for values from (50) to (100);
  insert into parted select generate_series(0, 99);
  create table inherited(id int); create table inherited_child() inherits (inherited);
  insert into inherited values (1); insert into inherited_child values (2);
  create unlogged table unlogged_rows(id int); insert into unlogged_rows values (1);
  create view order_view as select * from orders where id <= 10;
  create materialized view filled as select 1 as id;
  create materialized view unfilled as select 1 as id with no data;
  create table hidden.secret_rows(id int); insert into hidden.secret_rows values (1);
  create table only_in_hidden(id int); alter table only_in_hidden set schema hidden;
  create table tenants(id int); insert into tenants select generate_series(1, 1000);
  alter table tenants enable row level security;
  create policy few on tenants using (id <= 100);
  create index orders_note on orders(note);
  create sequence numbers;
  create table words(word text); insert into words values ('x');
  create role reader login;
  grant usage on schema public, shop to reader;
  grant select on all tables in schema public, shop to reader;
  revoke select on big from reader;`;

describe.each<ClusterVersion>(['newest', 'debian'])('counting rows in PostgreSQL (%s)', async (version) => {
  const there = await hasVersion(version);
  let cluster: TestCluster;
  beforeAll(async () => {
    if (!there) return;
    cluster = await startCluster(version);
    await cluster.database('shop', SCHEMA);
  }, 30_000);
  afterAll(async () => cluster?.stop());

  async function count(query: CountQuery, user = 'app'): Promise<CountAnswer | undefined> {
    const counter = createPostgresCounter({ url: cluster.url('shop', user), statementTimeoutMs: 5000 });
    try {
      return (await counter.count([query]))[0];
    } finally {
      await counter.close();
    }
  }

  test.skipIf(!there)('each kind of relation is counted once', async () => {
    const counts: Record<string, number> = {
      orders: 100,
      'public.orders': 100,
      '"Order"': 2,
      Order: 2,
      'shop."Größe ""x"""': 1,
      empty: 0,
      parted: 100,
      parted_a: 50,
      inherited: 2,
      unlogged_rows: 1,
      order_view: 10,
      filled: 1,
    };
    for (const [table, rows] of Object.entries(counts)) {
      expect(await count({ table }), table).toMatchObject({ kind: 'counted', rows, sums: {} });
    }
  });

  test.skipIf(!there)('filters hold, and exact sums are decimal text', async () => {
    expect(
      await count({ table: 'orders', filter: 'id <= 3 -- the first', sums: ['total', 'price'] }),
    ).toMatchObject({
      kind: 'counted',
      rows: 3,
      sums: { total: '6.75', price: '0.3' },
    });
    expect(await count({ table: 'big', sums: ['n'] })).toMatchObject({ sums: { n: '18446744073709551614' } });
    expect(await count({ table: 'empty', sums: ['n'] })).toMatchObject({ rows: 0, sums: { n: '0' } });
  });

  test.skipIf(!there)('what is not there is missing', async () => {
    expect(await count({ table: 'nothing' })).toEqual({ kind: 'missing' });
    expect(await count({ table: 'shop.orders' })).toEqual({ kind: 'missing' });
  });

  test.skipIf(!there).each<[string, CountQuery, string, RegExp]>([
    ['row-level security', { table: 'tenants' }, 'reader', /row-level security.*BYPASSRLS/s],
    ['no privilege', { table: 'big' }, 'reader', /permission denied.*grant SELECT/s],
    ['no usage on the schema', { table: 'hidden.secret_rows' }, 'reader', /permission denied/],
    ['a schema outside the search path', { table: 'only_in_hidden' }, 'app', /hidden\.only_in_hidden/],
    ['an unpopulated materialized view', { table: 'unfilled' }, 'app', /REFRESH/],
    ['an index', { table: 'orders_note' }, 'app', /is an index/],
    ['a sequence', { table: 'numbers' }, 'app', /is a sequence/],
    ['a filter that is wrong', { table: 'orders', filter: 'nope = 1' }, 'app', /nope.*correct the mapping/s],
    [
      'a column that is not there',
      { table: 'orders', sums: ['amount'] },
      'app',
      /no column "amount".*total/s,
    ],
    ['a column of text', { table: 'words', sums: ['word'] }, 'app', /invalid input syntax/],
    ['a name that is none', { table: 'a b' }, 'app', /not a table name/],
    [
      'a statement that takes too long',
      { table: 'orders', filter: 'pg_sleep(60) is not null' },
      'app',
      /statement timeout/,
    ],
  ])('%s is unreadable, never fewer rows', async (_name, query, user, reason) => {
    const counter = createPostgresCounter({ url: cluster.url('shop', user), statementTimeoutMs: 3000 });
    const [broken, next] = await counter.count([query, { table: 'orders', filter: 'id = 1' }]);
    await counter.close();
    expect(broken).toMatchObject({ kind: 'unreadable', reason: expect.stringMatching(reason) as string });
    expect(next, 'the next table is still counted').toMatchObject({ kind: 'counted', rows: 1 });
  });

  test.skipIf(!there)('a table that a migration holds is unreadable after the lock timeout', async () => {
    const { default: pg } = await import('pg');
    const holder = new pg.Client({ connectionString: cluster.url('shop') });
    await holder.connect();
    await holder.query('begin; lock table orders in access exclusive mode');
    const counter = createPostgresCounter({
      url: cluster.url('shop'),
      statementTimeoutMs: 5000,
      lockTimeoutMs: 100,
    });
    const [answer] = await counter.count([{ table: 'orders' }]);
    await counter.close();
    await holder.end();
    expect(answer).toMatchObject({ kind: 'unreadable', reason: expect.stringMatching(/lock/) as string });
  });

  test.skipIf(!there)('all tables are counted from one view, whatever is written in between', async () => {
    const counter = createPostgresCounter({ url: cluster.url('shop'), statementTimeoutMs: 5000 });
    expect(await counter.count([{ table: 'unlogged_rows' }])).toMatchObject([{ rows: 1 }]);
    await cluster.run('shop', 'insert into "Order" values (3)');
    expect(await counter.count([{ table: '"Order"' }])).toMatchObject([{ rows: 2 }]);
    await counter.close();
    await cluster.run('shop', 'delete from "Order" where id = 3');
  });

  test.skipIf(!there)('a filter cannot write', async () => {
    await cluster.run(
      'shop',
      `create or replace function spill() returns bool language plpgsql as $$ begin insert into empty values (1); return true; end $$`,
    );
    expect(await count({ table: 'orders', filter: 'spill()' })).toMatchObject({
      kind: 'unreadable',
      reason: expect.stringContaining('read-only') as string,
    });
    expect(await count({ table: 'empty' })).toMatchObject({ rows: 0 });
  });

  test.skipIf(!there)(
    'a connection that is cut is unavailable, and the next question connects anew',
    async () => {
      const counter = createPostgresCounter({ url: cluster.url('shop'), statementTimeoutMs: 5000 });
      await counter.count([{ table: 'orders' }]);
      await cluster.run(
        'shop',
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'greenlight'`,
      );
      await expect(counter.count([{ table: 'orders' }])).rejects.toBeInstanceOf(PortUnavailable);
      expect(await counter.count([{ table: 'orders' }])).toMatchObject([{ rows: 100 }]);
      await counter.close();
    },
  );

  test.skipIf(!there)('no server, no database, no role: unavailable', async () => {
    for (const url of [
      'postgres://app@127.0.0.1:1/shop',
      cluster.url('no_such_database'),
      cluster.url('shop', 'nobody_here'),
    ]) {
      const counter = createPostgresCounter({ url, statementTimeoutMs: 1000 });
      await expect(counter.count([{ table: 'orders' }]), url).rejects.toBeInstanceOf(PortUnavailable);
      await counter.close();
    }
  });
});
