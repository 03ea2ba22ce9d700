import pg from 'pg';
import { describe, expect, test } from 'vitest';
import { createPostgresCounter } from '../../../data-checks/postgres/counter.ts';
import {
  type DiffOptions,
  diffTables,
  openComparison,
} from '../../../data-checks/postgres/rows/diff-tables.ts';
import type { TableDiff } from '../../../data-checks/postgres/rows/table-diff.ts';
import { openSession } from '../../../data-checks/postgres/session.ts';
import { describeEachPostgres } from '../../each-postgres.ts';

await describeEachPostgres('databases that make it hard', (cluster, version) => {
  let made = 0;

  const pair = async (old: string, next = old, create = ''): Promise<{ old: string; new: string }> => {
    made += 1;
    const urls = { old: cluster().url(`old${made}`), new: cluster().url(`new${made}`) };
    for (const [name, sql] of [
      [`old${made}`, old],
      [`new${made}`, next],
    ] as const) {
      await cluster().run('postgres', `create database ${name} ${create}`);
      await cluster().run(name, sql);
    }
    return urls;
  };
  const diff = async (
    urls: { old: string; new: string },
    options: Partial<DiffOptions> = {},
  ): Promise<Record<string, TableDiff>> => {
    const { tables } = await diffTables({ statementTimeoutMs: 20_000, ...urls, ...options });
    return Object.fromEntries(tables.map((table) => [table.old, table]));
  };
  const holding = async (url: string, sql: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(sql);
    return client;
  };

  describe('columns that differ by case alone', () => {
    const both =
      'create table t("ID" int, id int primary key); insert into t select n + 1, n from generate_series(1, 50) n';
    test('one that new lacks is not taken for the other', async () => {
      const urls = await pair(
        both,
        'create table t(id int primary key); insert into t select generate_series(1, 50)',
      );
      expect((await diff(urls))['public.t']).toMatchObject({
        answer: 'not-checked',
        cause: 'columns-differ',
      });
    });
    test('nor the other way round', async () => {
      const urls = await pair(
        'create table t(id int primary key); insert into t values (1)',
        'create table t("ID" int, id int primary key); insert into t values (2, 1)',
      );
      expect((await diff(urls))['public.t']).toMatchObject({
        answer: 'not-checked',
        cause: 'columns-differ',
      });
    });
    test('three spellings, of which new has two', async () => {
      const urls = await pair(
        'create table t(id int primary key, "Id" int, "ID" int); insert into t values (1, 2, 3)',
        'create table t(id int primary key, "Id" int); insert into t values (1, 2)',
      );
      expect((await diff(urls))['public.t']).toMatchObject({
        answer: 'not-checked',
        cause: 'columns-differ',
      });
    });
    test('an expression over the one does not excuse the other', async () => {
      const urls = await pair(
        'create table t(id int primary key, v int); insert into t values (1, 1)',
        'create table t(id int primary key, w int, "W" int); insert into t values (1, 1, 9)',
      );
      const found = await diff(urls, { tables: [{ old: 't', new: 't', newAs: { v: 't.w' } }] });
      expect(found['public.t']).toMatchObject({ answer: 'not-checked', cause: 'columns-differ' });
    });
    test('both on both sides are compared, and a lone one may have changed its case', async () => {
      expect((await diff(await pair(both)))['public.t']).toMatchObject({ answer: 'equal', oldRows: 50 });
      const renamed = await pair(
        'create table t("Id" int primary key); insert into t values (1)',
        'create table t(id int primary key); insert into t values (1)',
      );
      expect((await diff(renamed))['public.t']).toMatchObject({ answer: 'equal' });
    });
    test('tables too: one name must not mean two tables', async () => {
      const urls = await pair(
        'create table "Orders"(id int); insert into "Orders" values (1); create table orders(id int); insert into orders values (1)',
        'create table orders(id int); insert into orders values (1)',
      );
      const found = await diff(urls, { tables: [{ old: 'Orders', new: 'Orders' }] });
      expect(Object.values(found)[0]).toMatchObject({ answer: 'not-checked', cause: 'ambiguous' });
    });
  });

  describe('keys are facts on both sides', () => {
    const rows = 'insert into t select n, n % 7 from generate_series(1, 60000) n;';
    const nulls = 'insert into t select null, n from generate_series(1, 5) n;';
    const unique = 'create table t(id int, v int); create unique index on t(id);';
    const lost = 'delete from t where id is null and v = 3;';
    const primary = 'create table t(id int primary key, v int);';
    const cases: (readonly [string, string, string])[] = [
      ['a unique index that takes NULL', `${unique} ${rows} ${nulls}`, ''],
      ['the same on new alone', `${primary} ${rows}`, `${unique} ${rows} ${nulls}`],
      [
        'a deferrable unique constraint',
        `create table t(id int unique deferrable initially deferred, v int); ${rows} ${nulls}`,
        '',
      ],
      [
        'an index over a part of the rows',
        `create table t(id int, v int); create unique index on t(id) where id > 0; ${rows} ${nulls}`,
        '',
      ],
    ];
    if (version === 'newest') {
      const unchecked = 'alter table t add constraint n not null id not valid;';
      cases.push(
        ['a NOT NULL that was never validated', `${unique} ${rows} ${nulls} ${unchecked}`, ''],
        ['the same on new alone', `${primary} ${rows}`, `${unique} ${rows} ${nulls} ${unchecked}`],
      );
    }
    test.each(cases)('%s', async (_, old, next) => {
      const urls = await pair(old, next === '' ? `${old} ${lost}` : next);
      const [found] = Object.values(await diff(urls, { tables: [{ old: 't', new: 't', key: ['id'] }] }));
      expect(found).toMatchObject({
        answer: 'different',
        [next === '' ? 'missing' : 'extra']: next === '' ? 1 : 5,
      });
      expect((await diff(urls))['public.t']).toMatchObject({ answer: 'different' });
    });
    test('and a good key is still used', async () => {
      const found = (await diff(await pair(`${primary} ${rows}`)))['public.t'];
      expect(found).toMatchObject({ answer: 'equal', key: ['id'] });
    });
  });

  describe('a parent of inherited tables that is named', () => {
    const animals = `create table animals(id int); insert into animals values (1);
        create table dogs(name text) inherits (animals); insert into dogs values (2, 'Rex'); create table puppies() inherits (dogs); insert into puppies values (3, 'Tim');`;
    test.each([
      ['a child', 'delete from only dogs', 'public.dogs'],
      ['a grandchild', 'delete from puppies', 'public.puppies'],
      ['a column of the child', `update only dogs set name = 'Max'`, 'public.dogs'],
    ])('%s', async (_, change, table) => {
      const found = await diff(await pair(animals, `${animals} ${change}`), { only: ['animals'] });
      expect(Object.keys(found)).toEqual(['public.animals', 'public.dogs', 'public.puppies']);
      expect(found[table]).toMatchObject({ answer: 'different' });
    });
    test('equal ones are equal', async () => {
      const found = await diff(await pair(animals), { only: ['animals'] });
      expect(Object.values(found).map(({ answer }) => answer)).toEqual(['equal', 'equal', 'equal']);
    });
  });

  describe('a difference that was found is kept', () => {
    const big = (length: number, rows: number): string =>
      `create table t(id int primary key, v text); insert into t select n, repeat(md5(n::text), ${length / 32}) from generate_series(1, ${rows}) n;`;
    // Nothing of it depends on the version, and it takes its time.
    if (version === 'newest') {
      test('with values of five megabytes, of which reports show the beginnings', async () => {
        const urls = await pair(big(5_000_000, 24), `${big(5_000_000, 24)} update t set v = v || 'x'`);
        const found = (await diff(urls, { values: 'shown' }))['public.t'];
        expect(found).toMatchObject({ answer: 'different', changed: 24 });
        const [cell] = found?.differences[0]?.cells ?? [];
        expect(cell?.column).toBe('v');
        expect(cell?.new).toMatch(
          /^[0-9a-f]{200}… \(4992001 characters, md5 [0-9a-f]{32}\)$|5000001 characters/,
        );
        expect(cell?.old).not.toBe(cell?.new);
      });
      test('with one value of 300 megabytes', async () => {
        const one = `create table t(id int primary key, v text); insert into t values (1, repeat('abcdefghij', 30000000));`;
        const urls = await pair(one, `${one} update t set v = v || 'x'`);
        // How long a busy machine takes for 600 MB is not what is tried here.
        const found = (await diff(urls, { values: 'shown', statementTimeoutMs: 600_000 }))['public.t'];
        expect(found).toMatchObject({
          answer: 'different',
          changed: 1,
          differences: [{ cells: [{ column: 'v' }] }],
        });
      });
    }
    test.each([
      ['old', {}, 'different'],
      ['new', {}, 'different'],
      ['new', { newAs: { v: 't.v + 0' } }, 'not-checked'],
    ] as const)('although %s can not sort its rows (%j): %s', async (side, more, answer) => {
      const rows =
        'create table t(id text primary key, v int); insert into t select n::text, n from generate_series(1, 40000) n;';
      const urls = await pair(rows, `${rows} update t set v = 0 where id = '7'`);
      await cluster().run(
        'postgres',
        `alter database ${side}${made} set work_mem = '64kB'; alter database ${side}${made} set temp_file_limit = 0`,
      );
      const [found] = Object.values(await diff(urls, { tables: [{ old: 't', new: 't', ...more }] }));
      expect(found).toMatchObject({ answer, cause: 'not-located', oldRows: 40000, missing: null });
      expect(found?.reason).toContain(`${side}: public.t: temporary file size`);
    });
  });

  // They wait for a lock most of the time, side by side.
  describe.concurrent('a table that somebody has locked', () => {
    const shop = `create table a(id int primary key); insert into a values (1); create table b(id int primary key, v int default 7); insert into b values (1);
        create table c(id int primary key) partition by range (id); create table c1 partition of c for values from (0) to (10); insert into c values (1);`;
    test.each([
      ['old', 'b', 'public.b'],
      ['new', 'b', 'public.b'],
      ['new', 'c1', 'public.c'],
    ] as const)(
      'on %s, %s, is named with its side, and the others are compared',
      async (side, table, shown) => {
        const urls = await pair(shop);
        const holder = await holding(urls[side], `begin; lock table ${table} in access exclusive mode`);
        try {
          const found = await diff(urls);
          const { [shown]: locked, ...others } = found;
          expect(locked).toMatchObject({ answer: 'not-checked' });
          expect(locked?.reason).toMatch(new RegExp(`^${side}: ${shown}: .*lock timeout`));
          expect(Object.values(others).map(({ answer }) => answer)).toEqual(['equal', 'equal']);
        } finally {
          await holder.end();
        }
      },
    );
    test('after it was described: the same', async () => {
      const urls = await pair(shop);
      const comparison = await openComparison({ ...urls, statementTimeoutMs: 20_000 });
      const holder = await holding(urls.old, 'begin; lock table b in access exclusive mode');
      try {
        expect((await comparison.one({ old: 'b', new: 'b' })).reason).toMatch(
          /^old: public\.b: .*lock timeout/,
        );
        expect(await comparison.one({ old: 'a', new: 'a' })).toMatchObject({ answer: 'equal' });
      } finally {
        await holder.end();
        await comparison.close();
      }
    });
  });

  describe('rows that a snapshot can not show any more', () => {
    const rows =
      'create table t(id int primary key, v int); insert into t select n, n from generate_series(1, 70000) n; analyze t;';
    const parts = `create table p(id int, v int) partition by range (id); create table t partition of p for values from (0) to (100000);
        insert into p select n, n from generate_series(1, 1000) n;`;
    test.each([
      ['a column of another type', rows, 't', 'alter table t alter v type bigint'],
      [
        'emptied and filled again',
        rows,
        't',
        'begin; create table x as table t; truncate t; insert into t select * from x; drop table x; commit',
      ],
      ['one partition rewritten', parts, 'p', 'alter table t alter column v set default 1; truncate t'],
    ])('%s: unstable, never missing rows', async (_, sql, table, change) => {
      const urls = await pair(sql);
      const comparison = await openComparison({ ...urls, statementTimeoutMs: 20_000 });
      const counter = createPostgresCounter({ url: urls.new, statementTimeoutMs: 20_000 });
      try {
        await counter.count([{ table }]);
        await cluster().run(`new${made}`, change);
        const found = await comparison.one({ old: table, new: table });
        expect(found).toMatchObject({ answer: 'unstable', cause: 'rewritten' });
        expect(found.reason).toMatch(/^new: public\.t was rewritten or emptied/);
        expect(await counter.count([{ table }])).toMatchObject([{ kind: 'unreadable' }]);
      } finally {
        await comparison.close();
        await counter.close();
      }
    });
    test('a change of the table that rewrites nothing disturbs nobody', async () => {
      const urls = await pair(rows);
      const comparison = await openComparison({ ...urls, statementTimeoutMs: 20_000 });
      try {
        await cluster().run(`new${made}`, 'alter table t add w int default 3; delete from t where id = 1');
        expect(await comparison.one({ old: 't', new: 't' })).toMatchObject({
          answer: 'equal',
          newRows: 70000,
        });
      } finally {
        await comparison.close();
      }
    });
  });

  test('a server that ends long transactions does not end the comparison', async () => {
    const urls = await pair('create table t(id int primary key); insert into t values (1)');
    // The older one has no such limit: there it must not be asked for either.
    if (version === 'newest') {
      await cluster().run(
        'postgres',
        `alter database old${made} set transaction_timeout = '1min'; alter database new${made} set transaction_timeout = '1min'`,
      );
    }
    expect((await diff(urls))['public.t']).toMatchObject({ answer: 'equal' });
    for (const url of [urls.old, urls.new]) {
      const session = await openSession({ url, statementTimeoutMs: 20_000 });
      const { rows } = await session.client.query<{ limit: string | null }>(
        `select current_setting('transaction_timeout', true) as limit`,
      );
      await session.close();
      expect(rows).toEqual([{ limit: version === 'newest' ? '0' : null }]);
    }
  });

  describe('databases without an encoding', () => {
    const text = `create table t(id int primary key, v text, j jsonb); insert into t values (1, 'größe', '{"a": "b"}'), (2, 'plain', '[1.0]');`;
    const ascii = `template template0 encoding 'SQL_ASCII' locale 'C'`;
    test('are compared byte by byte, in both ways of hashing', async () => {
      const urls = await pair(text, text, ascii);
      expect((await diff(urls))['public.t']).toMatchObject({ answer: 'equal', oldRows: 2 });
      expect((await diff(urls, { portable: true }))['public.t']).toMatchObject({
        answer: 'equal',
        oldRows: 2,
      });
    });
    test('a changed byte is a change', async () => {
      const urls = await pair(text, `${text} update t set v = 'grösse' where id = 1`, ascii);
      expect((await diff(urls))['public.t']).toMatchObject({ answer: 'different', changed: 1 });
    });
    test('against UTF8', async () => {
      const urls = await pair(text, text, ascii);
      const utf8 = await cluster().database(`utf8_${made}`, text);
      expect((await diff({ old: urls.old, new: utf8 }))['public.t']).toMatchObject({ answer: 'equal' });
    });
    test.each(['KOI8R', 'LATIN1', 'WIN1251'])('%s against UTF8', async (encoding) => {
      const words = encoding === 'LATIN1' ? 'größe' : 'слово';
      const sql = `create table t(id int primary key, v text); insert into t values (1, '${words}')`;
      const urls = await pair(sql, sql, `template template0 encoding '${encoding}' locale 'C'`);
      const utf8 = await cluster().database(`utf8_${made}`, sql);
      expect((await diff({ old: urls.old, new: utf8 }))['public.t']).toMatchObject({ answer: 'equal' });
    });
  });

  test('added columns are expected only when the plan says so, and only those that old rows can do without', async () => {
    const old = 'create table t(id int primary key); insert into t values (1);';
    const added = (column: string): Promise<{ old: string; new: string }> =>
      pair(old, `${old} alter table t add ${column}`);
    const urls = await added('v int');
    expect((await diff(urls))['public.t']).toMatchObject({
      answer: 'not-checked',
      cause: 'columns-differ',
    });
    const found = (await diff(urls, { addedColumns: 'expected' }))['public.t'];
    expect(found).toMatchObject({ answer: 'equal' });
    expect(found?.notCompared.join()).toContain('column v of new: added');
    for (const column of ['v int not null default 0', 'v int generated by default as identity']) {
      expect((await diff(await added(column), { addedColumns: 'expected' }))['public.t']).toMatchObject({
        answer: 'equal',
      });
    }
    const needed = await added('v int not null default 0; alter table t alter v drop default');
    expect((await diff(needed, { addedColumns: 'expected' }))['public.t']).toMatchObject({
      answer: 'not-checked',
    });
  });
});
