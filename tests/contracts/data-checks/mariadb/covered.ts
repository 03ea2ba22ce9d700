import { beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../../../contract/evidence/finding.ts';
import { parsePlan } from '../../../../contract/plan/plan.ts';
import { createCoverageReader, type Situation } from '../../../../data-checks/coverage-reader.ts';
import { coverageFinding, emptiedFinding } from '../../../../data-checks/coverage-finding.ts';
import { servers } from './servers.ts';

const TABLES = ['orders', 'customers', 'never_used', 'Wish_List'];

/** Which tables of MariaDB nobody compares. */
export function describeCovered(): void {
  describe('which tables nobody compares', () => {
    let made = 0;
    beforeAll(async () => {
      await servers().old.run(
        'held',
        `create table orders(id int primary key); insert into orders values (1), (2), (3);
         create table customers(id int primary key); insert into customers values (1), (2);
         create table \`log.orders\`(id int primary key); insert into \`log.orders\` values (1);
         create table never_used(id int primary key);
         create table Wish_List(id int primary key); insert into Wish_List values (1), (2);
         create view seen as select * from orders;
         create user half@'%'; grant select on held.orders to half@'%'; grant select(id) on held.customers to half@'%';
         grant insert on held.Wish_List to half@'%'`,
      );
    });

    const situation = async (data: object, onNew = '', user = 'app'): Promise<Situation> => {
      made += 1;
      await servers().next.database(
        `held${made}`,
        `create table orders as select 1 as id; create table customers as select 1 as id;
         create table "log.orders" as select 1 as id; create table never_used(id int);
         create table wish_list as select 1 as id; ${onNew}`,
      );
      const records = { adapter: 'postgres' as const, url: servers().next.url(`held${made}`) };
      const plan = parsePlan({
        target: { name: 'shop', urls: { app: 'http://127.0.0.1:1' }, records },
        data: { oldMysql: servers().old.url('held', user), ...data },
      });
      const sides = { old: undefined, new: records, statementTimeoutMs: 10_000 };
      return createCoverageReader(sides, plan, 'post-cutover').read();
    };
    const map = (...names: string[]) => ({
      tables: names.map((name, index) => ({
        ...{ id: `t-${index}`, title: name, compare: 'rows' },
        ...{ old: name, new: name },
      })),
    });
    const loose = (finding: Finding): string[] =>
      finding.detail?.kind === 'coverage'
        ? finding.detail.coverage.tables.filter((one) => one.state === 'not-compared').map((one) => one.table)
        : [];

    test('passes when each table is compared or left out with a reason', async () => {
      const found = await situation({ ...map(...TABLES), except: { 'log.*': 'kept in the archive' } });
      expect(coverageFinding(found)).toMatchObject({
        outcome: 'pass',
        summary: '4 of 5 tables of old compared, 1 left out by the plan',
      });
      expect(emptiedFinding(found)).toMatchObject({ outcome: 'pass' });
      expect(found.notes).toEqual([]);
    });

    test('names every table that nobody compares, with its rows on both sides', async () => {
      const finding = coverageFinding(await situation(map('customers'), 'insert into orders values (2)'));
      expect(finding).toMatchObject({ outcome: 'unknown', cause: 'tables-not-compared', measured: 3 });
      expect(loose(finding).sort()).toEqual(['Wish_List', 'log.orders', 'orders']);
      expect(finding.summary).toContain('orders (3 rows, 2 on new)');
      expect(finding.summary).toContain('1 empty on old');
    });

    test('a table whose name ends like that of another is not compared with it', async () => {
      expect(loose(coverageFinding(await situation(map(...TABLES))))).toEqual(['log.orders']);
    });

    test.each([
      ['one that nobody compares', 'delete from customers', 'customers'],
      ['one of another spelling', 'delete from wish_list', 'Wish_List'],
      ['one whose name has a dot', 'delete from "log.orders"', 'log.orders'],
      ['one that is compared', 'delete from orders', 'orders'],
    ])('a table without rows on new is a failure: %s', async (_, statement, table) => {
      const finding = emptiedFinding(await situation(map('orders'), statement));
      expect(finding).toMatchObject({ outcome: 'fail', cause: 'tables-emptied', measured: 1 });
      expect(finding.summary).toContain(table);
    });

    test('a table of new alone is named, and one in another schema is the twin where public has none', async () => {
      const found = await situation(
        { ...map(...TABLES), except: { 'log.*': 'kept' } },
        'create table loyalty as select 1 id; create schema crm; alter table customers set schema crm',
      );
      expect(found.notes).toEqual(['table of new alone: public.loyalty (1 row)']);
    });

    test('what the user may not read is named and is no pass', async () => {
      const found = await situation(map('orders'), '', 'half');
      const finding = coverageFinding(found);
      expect(finding).toMatchObject({ outcome: 'unknown' });
      expect(finding.summary).toMatch(/Wish_List \(.*denied/);
      expect(emptiedFinding(found)).toMatchObject({ outcome: 'unknown', cause: 'unreadable' });
    });
  });
}
