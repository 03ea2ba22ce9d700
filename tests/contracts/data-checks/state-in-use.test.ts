import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkState } from '../../../data-checks/postgres/state/check-state.ts';
import type { StateCheckId } from '../../../contract/plan/state-checks.ts';
import type { StateResult } from '../../../data-checks/postgres/state/state.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';

let cluster: TestCluster;
const open: pg.Client[] = [];

beforeAll(async () => {
  cluster = await startCluster('newest', ['max_prepared_transactions=5', 'autovacuum=off']);
  await cluster.database('new', 'create table t(id int primary key)');
}, 60_000);
afterAll(async () => {
  await Promise.all(open.map((client) => client.end()));
  await cluster?.stop();
});

async function session(database: string, user?: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: cluster.url(database, user) });
  // One of them is ended by the server.
  client.on('error', () => undefined);
  open.push(client);
  await client.connect();
  return client;
}

async function check(id: StateCheckId, old: string, next: string): Promise<StateResult> {
  const [result] = await checkState({ old, new: next, checks: [id], watchMs: 50 });
  if (result === undefined) throw new Error(`${id} has no result`);
  return result;
}

describe('old-side-is-quiet', () => {
  const quiet = (database: string, user?: string): Promise<StateResult> =>
    check('old-side-is-quiet', cluster.url(database, user), cluster.url('new'));
  const table = 'create table t(id int primary key)';

  test('breaks beside a transaction that is prepared', async () => {
    await cluster.database('prepared', table);
    const client = await session('prepared');
    await client.query(`begin; insert into t values (1); prepare transaction 'order-7'`);
    const result = await quiet('prepared');
    expect(result).toMatchObject({
      answer: 'broken',
      findings: [{ object: `prepared transaction 'order-7'` }],
    });
    await client.query(`rollback prepared 'order-7'`);
    expect(await quiet('prepared')).toMatchObject({ answer: 'holds' });
  });

  test.each([
    ['that waits with its writes', 'idle', 'insert into t values (1)', false],
    ['in the middle of a statement', 'busy', 'insert into t select 1 from pg_sleep(30)', true],
    ['that made a table', 'maker', 'create table u()', false],
  ] as const)('breaks beside a session %s', async (_, name, sql, running) => {
    await cluster.database(name, table);
    const client = await session(name);
    await client.query('begin; insert into t values (0)');
    const statement = client.query(sql).catch(() => undefined);
    if (!running) await statement;
    expect(await quiet(name)).toMatchObject({
      answer: 'broken',
      findings: [{ object: expect.stringMatching(/^session \d+$/) as string }],
    });
    if (running)
      await cluster.run(
        name,
        `select pg_terminate_backend(pid) from pg_stat_activity where query ~ 'pg_sleep' and pid <> pg_backend_pid()`,
      );
  });

  test('breaks for a role that may not see what others do', async () => {
    await cluster.run('postgres', 'create role stranger login');
    await cluster.database('watched', `${table}; grant select on t to stranger`);
    const client = await session('watched');
    await client.query('begin; insert into t values (1)');
    expect(await quiet('watched', 'stranger')).toMatchObject({ answer: 'broken' });
  });

  test('holds beside sessions that only read, and those of other databases', async () => {
    await cluster.database('read', table);
    await cluster.database('elsewhere', table);
    await (await session('read')).query('begin; select * from t');
    await (await session('elsewhere')).query('begin; insert into t values (1)');
    expect(await quiet('read')).toMatchObject({ answer: 'holds', findings: [] });
  });
});

describe('statistics-are-there', () => {
  const of = async (name: string, sql: string): Promise<StateResult> =>
    check('statistics-are-there', cluster.url('new'), await cluster.database(name, sql));

  test.each([
    ['a few rows', 'few', 'create table t(id int); insert into t values (1)'],
    [
      'as many as the server leaves alone',
      'fifty',
      'create table t(id int); insert into t select generate_series(1, 50)',
    ],
    [
      'a table that says so itself',
      'own',
      'create table t(id int) with (autovacuum_analyze_threshold = 500); insert into t select generate_series(1, 400)',
    ],
    [
      'few rows in partitions',
      'parts',
      'create table t(id int) partition by list (id); create table t1 partition of t default; insert into t values (1), (2)',
    ],
  ])('holds for %s', async (_, name, sql) => {
    expect(await of(name, sql)).toMatchObject({ answer: 'holds', findings: [] });
  });

  test.each([
    ['more rows', 'more', 'create table t(id int); insert into t select generate_series(1, 51)'],
    [
      'partitions',
      'whole',
      'create table t(id int) partition by list (id); create table t1 partition of t default; insert into t select generate_series(1, 60); analyze t1; delete from pg_statistic',
    ],
    [
      'a view that is kept',
      'kept',
      'create table t(id int); insert into t select generate_series(1, 60); analyze t; create materialized view v as select * from t',
    ],
  ])('warns of %s, and no more: nothing is lost', async (_, name, sql) => {
    const result = await of(name, sql);
    expect(result.answer).toBe('warned');
    expect(result.findings[0]).toMatchObject({
      severity: 'advisory',
      remedy: expect.stringContaining('analyze') as string,
    });
  });
});

describe('tables-are-fresh', () => {
  test('says of which tables it can tell nothing', async () => {
    const url = await cluster.database(
      'fresh',
      'create table a(id int); create table b(id int, created_at timestamptz)',
    );
    const result = await check('tables-are-fresh', url, url);
    expect(result).toMatchObject({
      examined: 1,
      unjudged: ['1 tables have no column that tells when a row was written: public.a'],
    });
  });
});

describe('grants-are-kept', () => {
  test('holds where who had the grant is the owner now, and breaks where nobody has it', async () => {
    await cluster.run('postgres', 'create role shop');
    const old = await cluster.database(
      'granted',
      'create table t(id int); grant select, insert on t to shop',
    );
    const owned = await cluster.database('owned', 'create table t(id int); alter table t owner to shop');
    expect((await check('grants-are-kept', old, owned)).answer).toBe('holds');
    const lost = await cluster.database('lost', 'create table t(id int)');
    expect((await check('grants-are-kept', old, lost)).answer).toBe('broken');
  });
});
