import { beforeAll, expect, test } from 'vitest';
import type { Finding } from '../../../contract/evidence/finding.ts';
import { parsePlan, type Plan } from '../../../contract/plan/plan.ts';
import { createCoverageReader, type Situation } from '../../../data-checks/coverage-reader.ts';
import { coverageFinding, emptiedFinding } from '../../../data-checks/coverage-finding.ts';
import { describeEachPostgres } from '../../each-postgres.ts';

/** Old holds these; what each test deletes or forgets is named there. */
const SHOP = `
  create table orders(id int primary key); insert into orders select generate_series(1, 5);
  create table customers(id int primary key); insert into customers select generate_series(1, 3);
  create table "Wish List"(id int primary key); insert into "Wish List" select generate_series(1, 7);
  create schema audit; create table audit.log(id int primary key); insert into audit.log values (1);
  create table never_used(id int primary key);
  create table visits(id int, day int) partition by list (day);
  create table visits_1 partition of visits for values in (1); create table visits_2 partition of visits for values in (2);
  insert into visits values (1, 1), (2, 2);
  create table animals(id int); create table dogs(name text) inherits (animals); insert into dogs values (1, 'Rex');
  create materialized view counted as select count(*) from orders;`;

await describeEachPostgres('which tables nobody compares', (cluster) => {
  let made = 0;
  beforeAll(async () => {
    await cluster().database('old', SHOP);
    await cluster().run('postgres', 'create role blind login');
  });

  const situation = async (data: object, onNew = '', role = 'app'): Promise<Situation> => {
    made += 1;
    await cluster().database(`new${made}`, `${SHOP} ${onNew}`);
    const records = (url: string) => ({ adapter: 'postgres' as const, url });
    const [old, next] = [records(cluster().url('old', role)), records(cluster().url(`new${made}`))];
    const plan: Plan = parsePlan({
      target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' }, records: next, old: { records: old } },
      data,
    });
    return createCoverageReader({ old, new: next, statementTimeoutMs: 10_000 }, plan, 'post-cutover').read();
  };
  const map = (...names: string[]) => ({
    tables: names.map((name, index) => ({ id: `t-${index}`, title: name, old: name, new: name })),
  });
  const all = map(
    'orders',
    'customers',
    '"Wish List"',
    'audit.log',
    'never_used',
    'visits',
    'animals',
    'dogs',
  );
  const loose = (finding: Finding): string[] =>
    finding.detail?.kind === 'coverage'
      ? finding.detail.coverage.tables.filter((one) => one.state === 'not-compared').map((one) => one.table)
      : [];

  test('passes when each table is compared or left out with a reason', async () => {
    const { tables, ...rest } = all;
    const found = await situation({
      tables: tables.filter(({ old }) => old !== 'audit.log'),
      except: { 'audit.*': 'kept in the archive' },
      ...rest,
    });
    expect(coverageFinding(found)).toMatchObject({
      outcome: 'pass',
      summary: '7 of 8 tables of old compared, 1 left out by the plan',
      sampleSize: 8,
    });
    expect(emptiedFinding(found)).toMatchObject({ outcome: 'pass' });
    expect(found.notes).toContain('materialized view public.counted of old');
  });

  test('names every table that nobody compares, with its rows, whatever its name and schema', async () => {
    const finding = coverageFinding(await situation(map('orders', 'visits')));
    expect(finding).toMatchObject({ outcome: 'unknown', cause: 'tables-not-compared', measured: 4 });
    expect(loose(finding)).toEqual(['audit.log', 'public."Wish List"', 'public.customers', 'public.dogs']);
    expect(finding.summary).toContain('2 of 8 tables of old compared, 2 empty on old');
    expect(finding.summary).toContain('public."Wish List" (7 rows)');
  });

  test.each([
    ['one partition of two', ['visits_1'], ['public.visits'], []],
    ['each partition by its name', ['visits_1', 'visits_2'], [], ['public.visits']],
    ['the parent of a table with a column of its own', ['animals'], ['public.dogs'], ['public.animals']],
  ])('a table is not compared by %s unless all of it is', async (_, named, not, compared) => {
    const finding = coverageFinding(await situation(map(...named)));
    expect(loose(finding)).toEqual(expect.arrayContaining(not));
    for (const table of compared) expect(loose(finding)).not.toContain(table);
  });

  test.each([
    ['one that nobody compares', map('orders'), 'delete from "Wish List"', 'public."Wish List"'],
    ['one that is only counted elsewhere', all, 'delete from orders', 'public.orders'],
    ['one of another schema', map('orders'), 'delete from audit.log', 'audit.log'],
    ['a partitioned one', map('orders'), 'delete from visits', 'public.visits'],
  ])('a table without rows on new is a failure: %s', async (_, data, statement, table) => {
    const finding = emptiedFinding(await situation(data, statement));
    expect(finding).toMatchObject({ outcome: 'fail', cause: 'tables-emptied', measured: 1 });
    expect(finding.summary).toContain(table);
  });

  test('a table may start anew when the plan says so', async () => {
    const data = { ...all, except: { audit: 'unused', log: 'starts anew' } };
    data.tables = data.tables.filter(({ old }) => old !== 'audit.log');
    expect(emptiedFinding(await situation(data, 'delete from audit.log'))).toMatchObject({ outcome: 'pass' });
  });

  test('what the role may not read is named and is no pass', async () => {
    const found = await situation(map('orders'), '', 'blind');
    expect(emptiedFinding(found)).toMatchObject({ outcome: 'unknown', cause: 'unreadable' });
    expect(coverageFinding(found).summary).toContain('permission denied');
  });

  test('a locked table is named, and the others are still counted', async () => {
    const { default: pg } = await import('pg');
    const holder = new pg.Client({ connectionString: cluster().url('old') });
    await holder.connect();
    await holder.query('begin; lock table customers in access exclusive mode');
    try {
      const finding = coverageFinding(await situation(map('orders')));
      expect(finding.summary).toContain('public."Wish List" (7 rows)');
      expect(finding.summary).toMatch(/public\.customers \(.*lock timeout/);
    } finally {
      await holder.end();
    }
  });

  test('a table of new alone is named, and needs no reason', async () => {
    const found = await situation(all, 'create table loyalty as select generate_series(1, 4) id');
    expect(coverageFinding(found)).toMatchObject({ outcome: 'pass' });
    expect(found.notes).toContain('table of new alone: public.loyalty (4 rows)');
  });
});
