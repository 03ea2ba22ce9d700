import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { faultySteps } from '../../../demo/faults/migration-faults.ts';
import { COPY_STEPS } from '../../../demo/migration/copy-steps.ts';
import { migrate } from '../../../demo/migration/migrate.ts';
import { seedOldShop } from '../../../demo/migration/seed.ts';
import { startPostgres, type Postgres } from '../../../demo/parts/postgres.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'greenlight-migration-'));
const ORDERS = 200;
let cluster: Postgres;

beforeAll(async () => {
  cluster = await startPostgres({ directory, name: 'both' });
  await seedOldShop(cluster.url, ORDERS);
});
afterAll(async () => {
  await cluster?.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function emptyDatabase(name: string): Promise<string> {
  await rows(cluster.adminUrl, `create database ${name}`);
  return cluster.url.replace(/\/shop$/, `/${name}`);
}

async function rows(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Count and exact sum, in one row. */
const summary = async (url: string, table: string, column: string) =>
  (await rows(url, `select count(*)::int as rows, sum(${column})::text as sum from ${table}`))[0];

test('the seed is the same every time, and its orders add up', async () => {
  const again = await emptyDatabase('again');
  await seedOldShop(again, ORDERS);
  const all = 'select json_agg(o order by id)::text as text from orders o';
  expect(await rows(again, all)).toEqual(await rows(cluster.url, all));
  const wrong = `select o.id from orders o join order_items i on i.order_id = o.id
    group by o.id having sum(i.quantity * i.price_cents) <> o.total_cents`;
  expect(await rows(cluster.url, wrong)).toEqual([]);
  const counts = 'select status, count(*)::int as orders from orders group by status order by status';
  expect(await rows(cluster.url, counts)).toEqual([
    { status: 'cancelled', orders: 10 },
    { status: 'paid', orders: 170 },
    { status: 'pending', orders: 10 },
    { status: 'refunded', orders: 10 },
  ]);
});

test('a sound migration moves every row, whatever the size of a batch', async () => {
  const moved = await emptyDatabase('sound');
  const written = await migrate({ oldUrl: cluster.url, newUrl: moved, batchRows: 33 });
  expect(written).toMatchObject({ products: 12, customers: 40, sales_orders: ORDERS, payments: 180 });

  const before = `select id, customer_id, total_cents as total, status, webhook_confirmed_at, created_at as at
    from orders order by id`;
  const after = `select id, customer_id, total_minor as total, status, webhook_confirmed_at, placed_at as at
    from sales_orders where tenant_id = 'main' order by id`;
  expect(await rows(moved, after)).toEqual(await rows(cluster.url, before));
  const names = `select full_name from customers order by id`;
  const joined = `select given_name || ' ' || family_name as full_name from customers order by id`;
  expect(await rows(moved, joined)).toEqual(await rows(cluster.url, names));
  const split = `select given_name, family_name from customers where id in (1, 7) order by id`;
  expect(await rows(moved, split)).toEqual([
    { given_name: 'Mary Ann', family_name: "O'Neill" },
    { given_name: 'Niklaus', family_name: 'Lovelace' },
  ]);

  // New rows go on after the moved ones.
  const [next] = await rows(
    moved,
    `insert into customers (given_name, family_name, email, password_hash) values ('N', 'N', 'n@example.test', '!')
     returning id`,
  );
  expect(Number(next?.['id'])).toBe(41);
});

test('lost orders: cancelled ones are missing, and nothing else', async () => {
  const moved = await emptyDatabase('lost');
  await migrate({ oldUrl: cluster.url, newUrl: moved, steps: faultySteps('lost-orders', COPY_STEPS) });
  expect(await summary(moved, 'sales_orders', 'total_minor')).toMatchObject({ rows: ORDERS - 10 });
  expect(await summary(moved, 'customers', 'id')).toMatchObject({ rows: 40 });
  expect(await summary(moved, 'payments', 'amount_minor')).toEqual(
    await summary(cluster.url, 'payments', 'amount_cents'),
  );
});

test('duplicated customers: some are there twice, orders are untouched', async () => {
  const moved = await emptyDatabase('twice');
  await migrate({
    oldUrl: cluster.url,
    newUrl: moved,
    steps: faultySteps('duplicated-customers', COPY_STEPS),
  });
  expect(await summary(moved, 'customers', 'id')).toMatchObject({ rows: 41 });
  expect(await summary(moved, 'sales_orders', 'total_minor')).toEqual(
    await summary(cluster.url, 'orders', 'total_cents'),
  );
});

test('rounded amounts: as many orders, another sum', async () => {
  const moved = await emptyDatabase('rounded');
  await migrate({ oldUrl: cluster.url, newUrl: moved, steps: faultySteps('rounded-amounts', COPY_STEPS) });
  const before = await summary(cluster.url, 'orders', 'total_cents');
  const after = await summary(moved, 'sales_orders', 'total_minor');
  expect(after?.['rows']).toBe(before?.['rows']);
  expect(after?.['sum']).not.toBe(before?.['sum']);
});

test('an abort ends the migration with its reason', async () => {
  const abort = new AbortController();
  const newUrl = await emptyDatabase('aborted');
  const migrating = migrate({
    oldUrl: cluster.url,
    newUrl,
    batchRows: 1,
    signal: abort.signal,
    onProgress: () => abort.abort(new Error('enough')),
  });
  await expect(migrating).rejects.toThrow('enough');
});
