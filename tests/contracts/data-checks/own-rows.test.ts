import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GreenlightError } from '../../../contract/errors.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';
import { TableMapping } from '../../../contract/plan/table-mapping.ts';
import { rowsFinding } from '../../../data-checks/rows-finding.ts';
import { type Made, withoutOwnRows } from '../../../data-checks/own-rows.ts';
import { createRowComparer, type RowComparer } from '../../../data-checks/row-comparer.ts';
import { openLedger } from '../../../safety/ledger.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';

const OURS = "o'brien+gl@example.com";
let cluster: TestCluster;
let comparer: RowComparer;
let directory: string;
let made: readonly Made[];

beforeAll(async () => {
  cluster = await startCluster();
  const shop = (mail: string): string =>
    `create table customers(id int primary key, ${mail} text); create table orders(id int primary key, customer_id int);
     insert into customers values (1, 'ann@example.com'), (2, null); insert into orders values (10, 1);`;
  const old = await cluster.database('old', shop('email'));
  const next = await cluster.database(
    'new',
    `${shop('mail')} insert into customers values (3, '${OURS.replace("'", "''")}'); insert into orders values (11, 3);`,
  );
  const records = (url: string) => ({ adapter: 'postgres' as const, url });
  comparer = createRowComparer({
    old: records(old),
    new: records(next),
    statementTimeoutMs: 20_000,
    mode: 'snapshot',
  });
  directory = await mkdtemp(path.join(tmpdir(), 'greenlight-own-'));
  const ledger = await openLedger(directory, 'shop');
  const id = await ledger.record({ run: 'r', check: 'c', kind: 'customer', identity: OURS });
  await ledger.settle(id, 'kept');
  await ledger.record({ run: 'r', check: 'c', kind: 'order', identity: 'ann@example.com' });
  made = await ledger.recorded();
}, 60_000);
afterAll(async () => {
  await comparer?.close();
  await cluster?.stop();
  await rm(directory, { recursive: true, force: true });
});

const customers = (created?: TableMapping['created']): TableMapping =>
  TableMapping.parse({
    id: 'customers-preserved',
    title: 'c',
    old: 'customers',
    new: 'customers',
    compare: 'rows',
    columns: { email: 'mail' },
    ...(created === undefined ? {} : { created }),
  });
const orders = (created?: TableMapping['created']): TableMapping =>
  TableMapping.parse({
    id: 'orders-preserved',
    title: 'o',
    old: 'orders',
    new: 'orders',
    compare: 'rows',
    ...(created === undefined ? {} : { created }),
  });
const look = async (mapping: TableMapping) => {
  const asked = withoutOwnRows(mapping, made);
  return rowsFinding(asked, await comparer.compare(asked));
};

test('a row that the ledger names is left out, named, and no other one is', async () => {
  expect(await look(customers())).toMatchObject({ outcome: 'fail', cause: 'rows-extra' });
  const finding = await look(customers({ customer: 'email' }));
  expect(finding).toMatchObject({ outcome: 'pass', sampleSize: 2 });
  expect(JSON.stringify(finding.detail)).toContain("o''brien+gl@example.com");
});

test('a kind of which the ledger names nothing leaves nothing out', async () => {
  expect(await look(customers({ order: 'id' }))).toMatchObject({ outcome: 'fail', measured: 1 });
  expect(withoutOwnRows(customers({ parcel: 'id' }), made)).toEqual(customers({ parcel: 'id' }));
});

test('a row that leads to one of ours is left out, and a row that leads to nobody is not', async () => {
  await cluster.run('old', 'insert into orders values (12, null)');
  const through = { table: 'customers', id: 'id', identity: 'mail' };
  await comparer.close();
  // Old has no column of this name: the sides are asked alike, so nobody takes this for compared.
  expect(await look(orders({ customer: { column: 'customer_id', through } }))).toMatchObject({
    outcome: 'unknown',
  });
  await cluster.run('old', 'alter table customers add mail text');
  await comparer.close();
  const finding = await look(orders({ customer: { column: 'customer_id', through } }));
  expect(finding).toMatchObject({ outcome: 'fail', cause: 'rows-missing', measured: 1 });
});

test('a kind that the plan never creates is a problem of the plan', () => {
  const records = { adapter: 'postgres', url: 'postgres://127.0.0.1/x' };
  const read = (): unknown =>
    parsePlan({
      target: {
        name: 's',
        urls: { app: 'http://127.0.0.1:1' },
        records,
        old: { records: { ...records, url: 'postgres://127.0.0.1/y' } },
      },
      data: { tables: [customers({ customer: 'email' })] },
    });
  expect(read).toThrow(GreenlightError);
});
