import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Diff, diffTables } from '../../../data-checks/postgres/rows/diff-tables.ts';
import type { Estimate } from '../../../data-checks/postgres/rows/estimate.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { type CommandEnd, greenlight } from './greenlight-command.ts';

const ROWS = 120_000;
/** One table that is cut by keys, one by hashes, and small ones that are not cut. */
const SHOP = `
create table customers(id int primary key, name text);
create table orders(id int primary key, customer_id int references customers, v int, updated_at timestamptz not null);
create table tokens(token text primary key, v int);
create table a_note(id int primary key, note text);
insert into customers select g, 'customer ' || g from generate_series(1, 300) g;
insert into orders select g, 1 + g % 300, g, '2026-01-01Z' from generate_series(1, ${ROWS}) g;
insert into tokens select md5(g::text), g from generate_series(1, ${ROWS}) g;
insert into a_note select g, 'note ' || g from generate_series(1, 10) g;
analyze`;
const FAULTS = `
delete from orders where id in (100, 70000);
update orders set v = -1 where id = 119999;
insert into orders values (200000, 1, 0, '2026-01-01Z');
update tokens set v = -1 where v in (7, 8, 9);
delete from a_note where id = 3`;

let cluster: TestCluster;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'greenlight-shares-'));
  cluster = await startCluster();
  await cluster.database('old', SHOP);
  for (const name of ['new', 'faulty']) await cluster.run('postgres', `create database ${name} template old`);
  await cluster.run('faulty', FAULTS);
}, 60_000);
afterAll(async () => {
  await cluster?.stop();
  await rm(directory, { recursive: true, force: true });
});

function diff(database: string, ...more: string[]): Promise<CommandEnd> {
  return greenlight('data', 'diff', '--old', cluster.url('old'), '--new', cluster.url(database), ...more);
}

/** What a comparison says about each table, without what no two comparisons share. */
function answers({ out }: CommandEnd): unknown {
  const { tables } = JSON.parse(out) as Diff;
  return tables
    .map(({ old, answer, cause, oldRows, newRows, missing, extra, changed, differences }) => ({
      ...{ old, answer, cause, oldRows, newRows, missing, extra, changed },
      differences: differences.map((row) => `${row.kind} ${row.key.join()}`).sort(),
    }))
    .sort((a, b) => (a.old < b.old ? -1 : 1));
}

describe('segments', () => {
  /** The files of all segments of one comparison. */
  async function segments(database: string, of: number, name = database): Promise<string[]> {
    const files: string[] = [];
    for (let index = 1; index <= of; index += 1) {
      const { out } = await diff(database, '--segment', `${index}/${of}`);
      const file = path.join(directory, `${name}-${index}-of-${of}.json`);
      await writeFile(file, out);
      files.push(file);
    }
    return files;
  }

  test('add up to the answer of the whole, where rows differ and where none do', async () => {
    for (const [database, code] of [
      ['new', 0],
      ['faulty', 10],
    ] as const) {
      const whole = await diff(database, '--json');
      const merged = await greenlight('data', 'merge', ...(await segments(database, 3)), '--json');
      expect([whole.code, merged.code], merged.err).toEqual([code, code]);
      expect(answers(merged)).toEqual(answers(whole));
    }
  });

  test('each reads its share only', async () => {
    const { out, code } = await diff('faulty', '--segment', '1/3');
    expect(code).toBe(10);
    const { tables } = JSON.parse(out) as Diff;
    const orders = tables.find((table) => table.old === 'public.orders');
    expect(orders).toMatchObject({
      oldRows: ROWS / 3,
      missing: 1,
      share: { kind: 'keys', lo: null, hi: '40001' },
    });
    const tokens = tables.find((table) => table.old === 'public.tokens');
    expect(tokens?.share).toEqual({ kind: 'hash' });
    expect(tokens?.oldRows).toBeGreaterThan(ROWS / 4);
    expect(tokens?.oldRows).toBeLessThan(ROWS / 2);
  });

  test('a missing, doubled or foreign one is named, and nothing is decided', async () => {
    const [first = '', second = '', third = ''] = await segments('new', 3);
    const merge = (...files: string[]) => greenlight('data', 'merge', ...files);
    expect(await merge(first, third)).toMatchObject({
      code: 20,
      err: expect.stringContaining('segment 2/3 is there 0 times') as string,
    });
    expect(await merge(first, second, second, third)).toMatchObject({
      code: 20,
      err: expect.stringContaining('segment 2/3 is there 2 times') as string,
    });
    const [, foreign = ''] = await segments('faulty', 3, 'foreign');
    expect(await merge(first, foreign, third)).toMatchObject({
      code: 20,
      err: expect.stringContaining('segment 2/3 compared other databases') as string,
    });
    const [half = ''] = await segments('new', 2);
    expect(await merge(first, second, third, half)).toMatchObject({
      code: 20,
      err: expect.stringContaining('segment 1/2 is not one of 3') as string,
    });
    const torn = path.join(directory, 'torn.json');
    await writeFile(torn, '{"segment":{"index":2,"of":3},"tables":[');
    expect(await merge(first, torn, third)).toMatchObject({ code: 64 });
  });

  test('shares that were cut at other places, or hashed otherwise, are not added up', async () => {
    await cluster.run('postgres', 'create database growing template old');
    const part = async (index: number, ...more: string[]): Promise<string> => {
      const at = ['--old', cluster.url('growing'), '--new', cluster.url('growing_new')];
      const { out } = await greenlight('data', 'diff', ...at, '--segment', `${index}/2`, ...more);
      const file = path.join(directory, `growing-${index}-${more.join('')}.json`);
      await writeFile(file, out);
      return file;
    };
    await cluster.run('postgres', 'create database growing_new template old');
    const first = await part(1);
    const merged = await greenlight('data', 'merge', first, await part(2, '--bits', '128'));
    expect(merged).toMatchObject({ code: 20 });
    expect(merged.out).toContain('did not hash in the same way');
    for (const name of ['growing', 'growing_new'])
      await cluster.run(name, `insert into orders values (130000, 1, 1, '2026-01-01Z')`);
    const grown = await greenlight('data', 'merge', first, await part(2));
    expect(grown).toMatchObject({ code: 20 });
    expect(grown.out).toContain('does not begin where the one before ends');
    expect(grown.out).toMatch(/public\.tokens +equal/);
  });
});

describe('a budget', () => {
  test('is spent on the most important tables first, and what is left is not checked', async () => {
    await cluster.run('postgres', 'create database huge template faulty');
    await cluster.run('huge', `update pg_class set reltuples = 1e10 where relname = 'tokens'`);
    const end = await diff('huge', '--budget', '1m', '--json');
    const { tables } = JSON.parse(end.out) as Diff;
    // What most foreign keys lead to and from, then the small ones.
    expect(tables.map((table) => [table.old, table.cause])).toEqual([
      ['public.customers', 'equal'],
      ['public.orders', 'rows-differ'],
      ['public.a_note', 'rows-differ'],
      ['public.tokens', 'over-budget'],
    ]);
    expect(tables[3]?.reason).toMatch(/would take about \d+ s, and only \d+ s were left/);
    const named = await diff('huge', '--budget', '1m', '--tables', 'tokens,customers');
    expect(named).toMatchObject({ code: 20 });
    expect(named.out).toMatch(/tokens +not-checked.*\n.*customers +equal/);
  });

  test('that is over in the middle of a table leaves it not checked, never equal', async () => {
    const clock = performance.now.bind(performance);
    let hours = 0;
    const now = vi.spyOn(performance, 'now').mockImplementation(() => clock() + hours * 3_600_000);
    const { tables } = await diffTables({
      old: cluster.url('old'),
      new: cluster.url('new'),
      budgetMs: 3_600_000,
      onTable: () => void (hours += 1),
    }).finally(() => now.mockRestore());
    expect(tables.map((table) => table.answer)).toEqual(Array(4).fill('not-checked'));
    expect(tables[0]?.reason).toContain('in the middle of the table');
    expect(tables[1]?.reason).toContain('was over before the table');
  });

  test('that suffices changes nothing', async () => {
    expect(await diff('new', '--budget', '10m')).toMatchObject({ code: 0 });
  });
});

describe('--quick', () => {
  test('counts exactly, and says that values were not compared', async () => {
    const end = await diff('faulty', '--quick');
    expect(end.code).toBe(10);
    expect(end.out).toMatch(new RegExp(`orders +different +${ROWS} +${ROWS - 1}`));
    // Three values are not the same, and no count can tell.
    expect(end.out).toMatch(/tokens +equal/);
    expect(end.out.match(/not compared: values: rows were only counted/g)).toHaveLength(4);
    expect(end.out).toContain('their values were not compared');
    expect(await diff('new', '--quick')).toMatchObject({ code: 0 });
  });

  test('nothing on both sides is no answer', async () => {
    for (const name of ['bare_old', 'bare_new'])
      await cluster.database(name, 'create table t(id int primary key)');
    const bare = ['--old', cluster.url('bare_old'), '--new', cluster.url('bare_new'), '--quick'];
    expect(await greenlight('data', 'diff', ...bare)).toMatchObject({ code: 20 });
    expect(await greenlight('data', 'diff', ...bare, '--allow-empty')).toMatchObject({ code: 0 });
  });
});

test('what has rows and is no table is said not to be compared', async () => {
  await cluster.run('postgres', 'create database viewed template new');
  await cluster.run('viewed', 'create materialized view best as select * from orders limit 5');
  expect((await diff('viewed', '--quick')).out).toContain(
    'note: not compared: materialized view public.best',
  );
  expect((await diff('new', '--quick')).out).not.toContain('materialized');
});

test('what there is to do is estimated before the first table', async () => {
  const told: (Estimate | string)[] = [];
  await diffTables({
    old: cluster.url('old'),
    new: cluster.url('new'),
    onEstimate: (estimate) => told.push(estimate),
    onTable: (table) => told.push(table),
  });
  expect(told[0]).toMatchObject({ tables: 4, rows: 2 * ROWS + 310 });
  expect(told).toHaveLength(5);
});

describe('--direction rollback', () => {
  const SINCE = ['--direction', 'rollback', '--watermark', 'updated_at', '--since', '2026-11-20T02:00:00Z'];

  test('lists what new wrote since the switch', async () => {
    await cluster.run('postgres', 'create database used template new');
    await cluster.run(
      'used',
      `insert into orders values (${ROWS + 1}, 1, 1, '2026-11-20 03:00Z');
       update orders set v = 0, updated_at = '2026-11-20 03:00Z' where id = 50; delete from orders where id = 60`,
    );
    const end = await diff('used', '--tables', 'orders', ...SINCE);
    expect(end.code).toBe(10);
    expect(end.out).toContain('A roll-back would lose 1 rows that old lacks, and 1 that it has otherwise');
    expect(end.out).toContain(`extra id ${ROWS + 1}`);
    expect(end.out).toContain('changed id 50 in v');
    expect(end.out).toContain('not compared: rows of new before 2026-11-20T02:00:00Z');
    // Without a watermark, every row is looked at, also those that would come back.
    const whole = await diff('used', '--tables', 'orders', '--direction', 'rollback');
    expect(whole.out).toContain('and 1 would come back');
  });

  test('answers 0 where a roll-back loses nothing, and 20 where there is nothing to tell from', async () => {
    expect(await diff('new', '--direction', 'rollback')).toMatchObject({ code: 0 });
    expect(await diff('new', '--tables', 'orders', ...SINCE)).toMatchObject({ code: 20 });
  });
});

test.each<[string, string[]]>([
  ['a moment without its column', ['--since', '2026-11-20T02:00:00Z']],
  ['a count of a share', ['--quick', '--segment', '1/2']],
  ['a count of what a roll-back loses', ['--quick', '--direction', 'rollback']],
  ['a share that is not there', ['--segment', '3/2']],
  ['a time without a unit', ['--budget', '5']],
  ['no moment', ['--watermark', 'updated_at', '--since', 'yesterday']],
  ['an unknown mode', ['--mode', 'hopeful']],
])('answers 64 for %s', async (_, more) => {
  const address = 'postgres://app@127.0.0.1:1/shop';
  const end = await greenlight('data', 'diff', '--old', address, '--new', address, ...more);
  expect(end).toMatchObject({ code: 64, out: '' });
});
