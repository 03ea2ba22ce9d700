import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasVersion, startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { greenlight } from './greenlight-command.ts';
import { allStarted } from '../../all-started.ts';

const SECRET = 'hunter2-is-a-password';
let old: TestCluster;
let next: TestCluster;

beforeAll(async () => {
  [old, next] = await allStarted([
    startCluster((await hasVersion('debian')) ? 'debian' : 'newest'),
    startCluster('newest'),
  ]);
  const shop = `create table orders(id int primary key, note text); insert into orders select g, 'note' || g from generate_series(1, 200) g;
    create table customers(id int primary key); insert into customers select generate_series(1, 50);
    create table refunds(id int primary key)`;
  await Promise.all([old.database('shop', shop), next.database('shop', shop), next.database('bare')]);
  await old.database('bare');
  await next.run(
    'shop',
    `update orders set note = '${SECRET}-in-a-cell' where id = 7; delete from orders where id = 9`,
  );
}, 60_000);
afterAll(async () => {
  await Promise.all([old?.stop(), next?.stop()]);
});

function diff(database: string, ...more: string[]): ReturnType<typeof greenlight> {
  return greenlight('data', 'diff', '--old', old.url(database), '--new', next.url(database), ...more);
}

describe('greenlight data diff', () => {
  test('answers 10 for different rows, and names them by key and column', async () => {
    const { code, out, err } = await diff('shop');
    expect(code, err).toBe(10);
    expect(out).toMatch(/public\.orders +different +200 +199 +1 +0 +1/);
    expect(out).toMatch(/public\.customers +equal +50 +50 +0 +0 +0/);
    expect(out).toContain('missing id 9');
    expect(out).toContain('changed id 7 in note');
    expect(out).not.toContain('in-a-cell');
  });

  test('shows values only when asked to', async () => {
    const { out } = await diff('shop', '--tables', 'orders', '--values');
    expect(out).toContain('note7 ->');
    expect(out).toContain('in-a-cell');
  });

  test('answers 0 when all chosen tables are equal', async () => {
    const { code, out } = await diff('shop', '--tables', 'cust*');
    expect(code).toBe(0);
    expect(out).toContain('1 table: 1 equal');
    expect(out).not.toContain('orders');
  });

  test('tables that are empty on both sides are equal only where that is allowed', async () => {
    expect(await diff('shop', '--tables', 'customers,refunds')).toMatchObject({ code: 20 });
    expect(await diff('shop', '--tables', 'customers,refunds', '--allow-empty')).toMatchObject({ code: 0 });
  });

  test('prints JSON that a machine can read', async () => {
    const { code, out } = await diff('shop', '--tables', 'orders', '--json');
    expect(code).toBe(10);
    expect(JSON.parse(out)).toMatchObject({ tables: [{ answer: 'different', missing: 1, changed: 1 }] });
  });

  test.each<[string, string, string[]]>([
    ['no tables at all', 'bare', []],
    ['a name that no table has', 'shop', ['--tables', 'nowhere']],
  ])('answers 20 for %s', async (_, database, more) => {
    const { code } = await diff(database, ...more);
    expect(code).toBe(20);
  });

  test('answers 20 and hides the password when one side can not be reached', async () => {
    const nowhere = `postgres://app:${SECRET}@127.0.0.1:1/shop`;
    const { code, out, err } = await greenlight('data', 'diff', '--old', old.url('shop'), '--new', nowhere);
    expect(code).toBe(20);
    expect(out).toBe('');
    expect(err).toContain('The new database could not be read');
    expect(err).not.toContain(SECRET);
  });

  test('answers 20 for a wrong password', async () => {
    await old.run('postgres', `create role reader login password 'right-one'`);
    const address = old.url('shop', `reader:${SECRET}`);
    await old.demandPasswords('reader');
    const { code, err } = await greenlight('data', 'diff', '--old', address, '--new', next.url('shop'));
    expect(code).toBe(20);
    expect(err).toContain('password authentication failed');
    expect(err).not.toContain(SECRET);
  });

  test.each<[string, string[]]>([
    ['no addresses', []],
    ['one address only', ['--old', 'postgres://app@127.0.0.1:1/shop']],
    [
      'no PostgreSQL',
      ['--old', `oracle://app:${SECRET}@127.0.0.1:1/a`, '--new', 'postgres://app@127.0.0.1:1/b'],
    ],
    ['an unknown option', ['--olde', 'x']],
  ])('answers 64 for %s', async (_, args) => {
    const { code, out, err } = await greenlight('data', 'diff', ...args);
    expect(code).toBe(64);
    expect(out).toBe('');
    expect(err).not.toContain(SECRET);
  });
});

describe('greenlight data state', () => {
  const state = (database: string, ...more: string[]): ReturnType<typeof greenlight> =>
    greenlight('data', 'state', '--old', old.url(database), '--new', next.url(database), ...more);
  const CHECKS = ['--checks', 'columns-are-kept,foreign-keys-hold,sequences-are-ahead'];

  beforeAll(async () => {
    const items =
      'create table items(id serial primary key); insert into items select from generate_series(1, 9)';
    await Promise.all([old.database('items', items), next.database('items', items)]);
  });

  test('answers 0 where every check holds', async () => {
    const { code, out } = await state('items', ...CHECKS);
    expect(code, out).toBe(0);
    expect(out).toMatch(/columns-are-kept +holds +3 +0/);
  });

  test('answers 10 for a sequence that was not moved on, with the statement that moves it', async () => {
    await next.run('items', 'alter sequence items_id_seq restart');
    const { code, out } = await state('items', ...CHECKS);
    expect(code).toBe(10);
    expect(out).toContain(`select setval('public.items_id_seq', (select max(id) from public.items));`);
    const json = await state('items', ...CHECKS, '--json');
    expect(JSON.parse(json.out)).toMatchObject({
      checks: [{ check: 'sequences-are-ahead', answer: 'broken' }, { answer: 'holds' }, { answer: 'holds' }],
    });
  });

  test('answers 20 where there is nothing to compare, or a side can not be reached', async () => {
    expect(await state('bare', ...CHECKS)).toMatchObject({ code: 20 });
    const nowhere = `postgres://app:${SECRET}@127.0.0.1:1/shop`;
    const end = await greenlight('data', 'state', '--old', nowhere, '--new', next.url('items'));
    expect(end.code).toBe(20);
    expect(end.err).toContain('The old database');
    expect(end.err).not.toContain(SECRET);
  });

  test('answers 64 for a check that is not there', async () => {
    const { code, err } = await state('items', '--checks', 'everything');
    expect(code).toBe(64);
    expect(err).toContain('sequences-are-ahead');
  });
});
