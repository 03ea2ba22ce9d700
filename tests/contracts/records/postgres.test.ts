import { afterAll, beforeAll, expect, test } from 'vitest';
import { PortUnavailable } from '../../../contract/ports/observe.ts';
import { openLookup, openRecords } from '../../../suites/adapters/records/index.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';

const SCHEMA = `
  create schema shop;
  create table orders(id bigint primary key, customer uuid, total numeric(12,2), paid boolean, note text, at timestamptz);
  insert into orders values
    (1, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 19.99, true, null, '2026-11-21T10:00:00Z'),
    (9007199254740993, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12', 5.00, false, 'it''s', '2026-11-21T11:00:00Z');
  create table shop."Odd ""name"""(id int); insert into shop."Odd ""name""" values (7);
  create table tenants(id int); insert into tenants values (1);
  alter table tenants enable row level security;
  create role reader login; grant usage on schema public to reader;
  grant select on orders, tenants to reader;`;

let cluster: TestCluster;
let url: string;

beforeAll(async () => {
  cluster = await startCluster();
  url = await cluster.database('shop', SCHEMA);
});
afterAll(() => cluster.stop());

test('finds rows by equality, with values of any type as parameters', async () => {
  const lookup = openLookup({ adapter: 'postgres', url });
  try {
    const one = await lookup.find({ from: 'orders', where: { id: 1, paid: true, note: null } });
    expect(one.rows).toEqual([
      {
        id: '1',
        customer: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
        total: '19.99',
        paid: true,
        note: null,
        at: '2026-11-21T10:00:00.000Z',
      },
    ]);
    const big = await lookup.find({ from: 'public.orders', where: { id: '9007199254740993' } });
    expect(big.rows).toMatchObject([{ id: '9007199254740993', note: "it's" }]);
    const byUuid = await lookup.find({
      from: 'orders',
      where: { customer: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12' },
    });
    expect(byUuid.rows).toHaveLength(1);
    expect((await lookup.find({ from: 'orders', where: {}, limit: 1 })).rows).toHaveLength(1);
    expect((await lookup.find({ from: 'shop.Odd "name"', where: { id: 7 } })).rows).toEqual([{ id: 7 }]);
  } finally {
    await lookup.close();
  }
});

test('a value is never read as SQL, and nothing can be written', async () => {
  const lookup = openLookup({ adapter: 'postgres', url });
  try {
    expect((await lookup.find({ from: 'orders', where: { note: "x' or '1'='1" } })).rows).toEqual([]);
    await expect(lookup.find({ from: 'orders"; drop table orders; --', where: {} })).rejects.toThrow(
      PortUnavailable,
    );
    expect((await lookup.find({ from: 'orders', where: {} })).rows).toHaveLength(2);
  } finally {
    await lookup.close();
  }
});

test('each look sees what was committed before it, and looks at the same time do not mix', async () => {
  const lookup = openLookup({ adapter: 'postgres', url });
  try {
    const query = { from: 'tenants', where: { id: 42 } };
    expect((await lookup.find(query)).rows).toEqual([]);
    await cluster.run('shop', 'insert into tenants values (42)');
    const both = await Promise.all([lookup.find(query), lookup.find({ from: 'orders', where: { id: 1 } })]);
    expect(both.map((answer) => answer.rows.length)).toEqual([1, 1]);
  } finally {
    await lookup.close();
  }
});

test('what cannot be looked at is unavailable, with a hint: table, column, hidden rows, dead server', async () => {
  const lookup = openLookup({ adapter: 'postgres', url });
  const reader = openLookup({ adapter: 'postgres', url: cluster.url('shop', 'reader') });
  const dead = openLookup({ adapter: 'postgres', url: 'postgres://app@127.0.0.1:1/shop' });
  try {
    const noTable = await lookup.find({ from: 'nowhere', where: {} }).catch((error: unknown) => error);
    expect(noTable).toBeInstanceOf(PortUnavailable);
    expect((noTable as PortUnavailable).remedy).toContain('table and column names');
    await expect(lookup.find({ from: 'orders', where: { nope: 1 } })).rejects.toThrow('nope');
    // After an error the same lookup works again.
    expect((await lookup.find({ from: 'orders', where: { id: 1 } })).rows).toHaveLength(1);
    await expect(reader.find({ from: 'tenants', where: {} })).rejects.toThrow('row-level security');
    await expect(dead.ready()).rejects.toThrow(PortUnavailable);
  } finally {
    await Promise.all([lookup.close(), reader.close(), dead.close()]);
  }
});

test('both sides of a target are one port; no row is nothing, and a side without a database is unavailable', async () => {
  const other = await cluster.database(
    'other',
    'create table orders(id int); insert into orders values (77)',
  );
  const records = openRecords({
    old: { adapter: 'postgres', url: other },
    new: { adapter: 'postgres', url },
  });
  const half = openRecords({ old: undefined, new: { adapter: 'postgres', url } });
  try {
    await records.ready();
    expect(await records.find({ from: 'orders', where: { id: 77 } })).toBeNull();
    expect(await records.find({ side: 'old', from: 'orders', where: { id: 77 } })).toEqual({
      rows: [{ id: 77 }],
    });
    await expect(half.find({ side: 'old', from: 'orders', where: {} })).rejects.toThrow(PortUnavailable);
  } finally {
    await Promise.all([records.close(), half.close()]);
  }
});

test('a server that dies between two looks is unavailable, and the process goes on', async () => {
  const mortal = await startCluster();
  const lookup = openLookup({ adapter: 'postgres', url: mortal.url() });
  await lookup.ready();
  await mortal.crash();
  await expect(lookup.ready()).rejects.toThrow(PortUnavailable);
  await lookup.close();
  await mortal.stop();
});

test.each([
  ['no right on any table', '', false],
  ['a right on a table of a schema that it may not enter', 'grant select on hidden.t to reader', false],
  ['rights on the catalogue alone', 'grant select on pg_catalog.pg_authid to reader', false],
  ['a right on one column', 'grant select (id) on t to reader', true],
] as const)('a role with %s', async (_, grant, readable) => {
  const server = await startCluster();
  try {
    await server.run(
      'postgres',
      `create role reader login; create table t(id int, v int); create schema hidden; create table hidden.t(id int); ${grant}`,
    );
    const lookup = openLookup({ adapter: 'postgres', url: server.url('postgres', 'reader') });
    if (readable) await lookup.ready();
    else await expect(lookup.ready()).rejects.toThrow('the role reader may read none of the 2 tables');
    await lookup.close();
  } finally {
    await server.stop();
  }
});
