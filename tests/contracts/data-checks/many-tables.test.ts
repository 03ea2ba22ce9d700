import { afterAll, beforeAll, expect, test } from 'vitest';
import { diffTables } from '../../../data-checks/postgres/rows/diff-tables.ts';
import { checkState } from '../../../data-checks/postgres/state/check-state.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';

/** More than there is room for in the lock table below, and in what PostgreSQL keeps free beside it. */
const TABLES = 1200;

let cluster: TestCluster;
beforeAll(async () => {
  // Room for few locks: a comparison that held those of every table to its end would fill it.
  cluster = await startCluster('newest', ['fsync=off', 'max_locks_per_transaction=10', 'max_connections=20']);
  const tables = (from: number, to: number): string => `do $$ begin for n in ${from}..${to} loop
    execute format('create table t%s(id int primary key, v int)', n);
    execute format('insert into t%s select g, g from generate_series(1, 3) g', n); end loop; end $$`;
  await cluster.database('old');
  for (let from = 1; from <= TABLES; from += 50) await cluster.run('old', tables(from, from + 49));
  await cluster.run('postgres', 'create database new template old');
  await cluster.run('new', 'update t500 set v = 0 where id = 2; drop table t599; delete from t7');
}, 120_000);
afterAll(() => cluster?.stop());

test(`${TABLES} small tables: every one is answered, and those that differ are found`, async () => {
  const { tables } = await diffTables({ old: cluster.url('old'), new: cluster.url('new') });
  expect(tables).toHaveLength(TABLES);
  const bad = tables.filter((table) => table.answer !== 'equal');
  expect(bad.map(({ old, cause, missing, changed }) => [old, cause, missing, changed])).toEqual([
    ['public.t500', 'rows-differ', 0, 1],
    ['public.t599', 'table-missing', null, null],
    ['public.t7', 'rows-differ', 3, 0],
  ]);
}, 300_000);

test(`the keys of ${TABLES} small tables are looked at`, async () => {
  const results = await checkState({
    old: cluster.url('old'),
    new: cluster.url('old'),
    checks: ['keys-are-unique', 'columns-are-kept'],
  });
  expect(results.map(({ answer, examined }) => [answer, examined])).toEqual([
    ['holds', TABLES],
    // Each with its options and its two columns.
    ['holds', 4 * TABLES],
  ]);
}, 300_000);
