import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diffTables, type DiffOptions } from '../../../data-checks/postgres/rows/diff-tables.ts';
import type { TableDiff, TablePair } from '../../../data-checks/postgres/rows/table-diff.ts';
import { eachUsually } from '../../long.ts';
import { hasVersion, startCluster, type TestCluster } from '../../postgres-cluster.ts';

const BIG = 150_000;

/** Big enough not to be read in one statement. Stored in another order on new. */
const BIG_TABLES: Readonly<Record<string, (side: 'old' | 'new') => string>> = {
  narrow: () => `
    create table narrow(id bigint primary key, user_id int not null, rating float8, note text, at timestamp not null);
    insert into narrow select g * 3, g % 1000, g / 10.0, 'n' || g, timestamp '2026-01-01' + g * interval '1 second'
      from generate_series(1, ${BIG}) g;`,
  keyed_by_text: (side) => `
    create table keyed_by_text(code text primary key, amount numeric(12,2));
    insert into keyed_by_text select md5(g::text), g / 100.0 from generate_series(1, ${BIG}) g order by ${side === 'old' ? 'g' : 'md5(g::text)'};`,
  keyless: (side) => `
    create table keyless(a int, b text);
    insert into keyless select g % 500, 'x' || (g % 700) from generate_series(1, ${BIG}) g order by ${side === 'old' ? 'g' : '-g'};`,
};

/** Two rows each whose amounts have the same digits. */
const BALANCES = Array.from({ length: 12 }, (_, index) => `balance_${index}`);
const BALANCE_TABLES = BALANCES.map(
  (name) => `create table ${name}(id int primary key, amount numeric(12,2), rest float8);
    insert into ${name} values (1, 1, 0), (2, 10000, 0);`,
).join('\n');

const SMALL_TABLES = `
  create table composite(tenant int, id int, v text, primary key (tenant, id));
  insert into composite select g % 50, g, 'v' || g from generate_series(1, 2000) g;
  create table parted(id int, day date, v text, primary key (id, day)) partition by range (day);
  create table parted_a partition of parted for values from ('2026-01-01') to ('2026-02-01');
  create table parted_b partition of parted for values from ('2026-02-01') to ('2026-03-01');
  insert into parted select g, date '2026-01-01' + g % 59, 'v' || g from generate_series(1, 3000) g;
  create table "Größe ""x"""("Straße" int primary key, "a.b" text);
  insert into "Größe ""x""" values (1, 'x'), (2, null);
  create table zero(id int primary key);
  create table doubled(id int, v text);
  insert into doubled select g, 'v' from generate_series(1, 100) g;
  create table grown(id int primary key, doubled int generated always as (id * 2) stored);
  insert into grown(id) select generate_series(1, 10);
  create view some_rows as select * from composite;
  create materialized view some_more as select * from composite;
`;

describe('the row engine', async () => {
  const versions = (await hasVersion('debian'))
    ? (['debian', 'newest'] as const)
    : (['newest', 'newest'] as const);
  let clusters: TestCluster[];
  let counter = 0;
  beforeAll(async () => {
    clusters = await Promise.all(versions.map((version) => startCluster(version)));
    await Promise.all([at(0).database('small', SMALL_TABLES), at(1).database('small', SMALL_TABLES)]);
    for (const [name, sql] of Object.entries(BIG_TABLES)) {
      await Promise.all([at(0).database(name, sql('old')), at(1).database(name, sql('new'))]);
    }
  });
  afterAll(async () => {
    await Promise.all((clusters ?? []).map((cluster) => cluster.stop()));
  });
  const at = (index: 0 | 1): TestCluster => {
    const cluster = clusters[index];
    if (cluster === undefined) throw new Error('the cluster did not start');
    return cluster;
  };

  /** Compares copies of the two databases after statements on either side. */
  async function diff(
    statements: { old?: string; new?: string },
    options: Omit<DiffOptions, 'old' | 'new'> = {},
    user?: string,
    template = 'small',
  ): Promise<TableDiff[]> {
    const name = `copy${(counter += 1)}`;
    for (const [index, sql] of [statements.old, statements.new].entries()) {
      const cluster = at(index === 0 ? 0 : 1);
      await cluster.run('postgres', `create database ${name} template ${template}`);
      if (sql !== undefined) await cluster.run(name, sql);
    }
    const result = await diffTables({ old: at(0).url(name, user), new: at(1).url(name, user), ...options });
    for (const cluster of clusters) await cluster.run('postgres', `drop database ${name} with (force)`);
    return [...result.tables];
  }
  const oneTable = async (
    pair: TablePair | string,
    statements: { old?: string; new?: string },
    options: Omit<DiffOptions, 'old' | 'new'> = {},
  ): Promise<TableDiff> => {
    const tables = [typeof pair === 'string' ? { old: pair, new: pair } : pair];
    const [table] = await diff(
      statements,
      { tables, values: 'shown', ...options },
      undefined,
      typeof pair === 'string' && pair in BIG_TABLES ? pair : 'small',
    );
    if (table === undefined) throw new Error('the engine gave no answer');
    return table;
  };

  test('equal databases are equal, table by table; a partitioned table is one table', async () => {
    const tables = await diff({});
    expect(tables.map((table) => [table.old, table.answer, table.oldRows])).toEqual([
      ['public."Größe ""x"""', 'equal', 2],
      ['public.composite', 'equal', 2000],
      ['public.doubled', 'equal', 100],
      ['public.grown', 'equal', 10],
      ['public.parted', 'equal', 3000],
      ['public.zero', 'not-checked', 0],
    ]);
  });

  const damage = (table: string, key: string, values: readonly string[], set: string): string => `
    delete from ${table} where ${key} = ${values[0]};
    update ${table} set ${set} where ${key} in (${values.slice(1, 3).join(', ')});`;

  const readings: [string, Omit<DiffOptions, 'old' | 'new'>][] = [
    ['one worker', { workers: 1 }],
    ['three workers and 128 bits', { workers: 3, bits: 128 }],
    ['sha256', { portable: true }],
  ];
  const ranges = '%s: a big table read by key ranges: every difference is counted and located';
  eachUsually(['three workers and 128 bits'], readings, ranges, async (_, options) => {
    expect(await oneTable('narrow', {}, options)).toMatchObject({ answer: 'equal', oldRows: BIG });
    const table = await oneTable(
      'narrow',
      {
        new: `${damage('narrow', 'id', ['3', '300', '450000'], 'rating = -rating')}
          insert into narrow values (-5, 1, 1, 'extra', '2026-01-01'), (900000000000, 1, null, null, '2026-01-01'), (301, 1, 1, '', '2026-01-01');`,
      },
      options,
    );
    expect(table).toMatchObject({
      answer: 'different',
      missing: 1,
      extra: 3,
      changed: 2,
      oldRows: BIG,
      newRows: BIG + 2,
    });
    expect(table.differences.map((row) => `${row.kind} ${row.key.join()}`).sort()).toEqual([
      'changed 300',
      'changed 450000',
      'extra -5',
      'extra 301',
      'extra 900000000000',
      'missing 3',
    ]);
    expect(table.differences.find((row) => row.key[0] === '300')?.cells).toEqual([
      { column: 'rating', old: '10', new: '-10' },
    ]);
  });

  test('when every row differs, all are counted and a few are shown', async () => {
    const table = await oneTable(
      'narrow',
      { new: 'update narrow set user_id = user_id + 1' },
      { mostShown: 5 },
    );
    expect(table).toMatchObject({ answer: 'different', missing: 0, extra: 0, changed: BIG });
    expect(table.differences).toHaveLength(5);
    expect(table.differences[0]?.cells.map((cell) => cell.column)).toEqual(['user_id']);
  });

  test('a big table with a text key, stored in another order: compared by buckets', async () => {
    expect(await oneTable('keyed_by_text', {})).toMatchObject({ answer: 'equal', newRows: BIG });
    const keys = [1, 2, 3].map((n) => `md5('${n}')`);
    const table = await oneTable('keyed_by_text', {
      new: `${damage('keyed_by_text', 'code', keys, 'amount = amount + 0.01')} insert into keyed_by_text values ('extra', 1)`,
    });
    expect(table).toMatchObject({ answer: 'different', missing: 1, extra: 1, changed: 2 });
    expect(table.differences.filter((row) => row.kind === 'changed').flatMap((row) => row.cells)).toEqual(
      expect.arrayContaining([{ column: 'amount', old: '0.02', new: '0.03' }]),
    );
  });

  test('a key that is not the same in the other order of text is still found', async () => {
    const table = await oneTable('keyed_by_text', {
      old: `insert into keyed_by_text values ('ä', 1), ('Z', 1), ('z', 1)`,
      new: `insert into keyed_by_text values ('ä', 1), ('z', 1), ('Z', 2)`,
    });
    expect(table).toMatchObject({ answer: 'different', missing: 0, extra: 0, changed: 1 });
  });

  test('a table without a key is compared as a multiset', async () => {
    expect(await oneTable('keyless', {})).toMatchObject({ answer: 'equal', key: [] });
    expect(
      await oneTable('keyless', {
        new: `insert into keyless values (1, 'x1'); delete from keyless where ctid in (select ctid from keyless where a = 7 and b = 'x7' limit 2)`,
      }),
    ).toMatchObject({ answer: 'different', missing: 2, extra: 1, changed: 0 });
    expect(await oneTable('doubled', { new: `update doubled set v = 'w' where id = 5` })).toMatchObject({
      answer: 'different',
      missing: 1,
      extra: 1,
      changed: 0,
    });
  });

  test('rows that are swapped, doubled or shifted do not cancel each other', async () => {
    expect(
      await oneTable('composite', {
        new: `update composite set v = case id when 50 then 'v100' else 'v50' end where id in (50, 100)`,
      }),
    ).toMatchObject({ changed: 2 });
    expect(
      await oneTable('narrow', {
        new: `update narrow set at = at + interval '10 minutes' where id in (3, 6, 9, 12)`,
      }),
    ).toMatchObject({ changed: 4, missing: 0, extra: 0 });
    expect(
      await oneTable('doubled', {
        old: `insert into doubled values (1, 'v')`,
        new: `insert into doubled values (2, 'v')`,
      }),
    ).toMatchObject({ missing: 1, extra: 1 });
  });

  test('amounts that are swapped do not cancel each other, with nothing but zeros behind them', async () => {
    // The hash of 10000 is that of 1 with one bit flipped: every other pair would add up to the same.
    const swap = (name: string, index: number): string =>
      `update ${name} set id = id + ${index * 2}; update ${name} set amount = 10001 - amount`;
    const shift = (name: string, index: number): string => `update ${name} set id = id + ${index * 2}`;
    const tables = await diff(
      {
        old: `${BALANCE_TABLES} ${BALANCES.map(shift).join('; ')}`,
        new: `${BALANCE_TABLES} ${BALANCES.map(swap).join('; ')}`,
      },
      { tables: BALANCES.map((name) => ({ old: name, new: name })) },
    );
    expect(tables.map(({ answer, changed }) => [answer, changed])).toEqual(
      BALANCES.map(() => ['different', 2]),
    );
  });

  test('a row of a child that may be NULL where its parent may not is compared, too', async () => {
    // From 18 on, children keep to it unless told otherwise.
    const family = (version: 'debian' | 'newest', rest: string): string => `
      create table parent(id int primary key, v text${version === 'debian' ? ' not null' : ''}, w text
        ${version === 'debian' ? '' : ', constraint v_there not null v no inherit'});
      create table child() inherits (parent);
      alter table child alter v drop not null;
      insert into parent values (1, 'x', 'y');
      insert into child values (1, null, '${rest}');`;
    const compared = (rest: string): Promise<TableDiff[]> =>
      diff(
        { old: family(versions[0], 'A'), new: family(versions[1], rest) },
        { tables: [{ old: 'parent', new: 'parent' }] },
      );
    expect(await compared('B')).toMatchObject([{ answer: 'different' }]);
    expect(await compared('A')).toMatchObject([{ answer: 'equal', oldRows: 2 }]);
  });

  test('the same letters in another encoding are equal, other ones are not', async () => {
    const name = `latin${(counter += 1)}`;
    const [latin, unicode] = [at(0), at(1)];
    const words = `create table words(id int primary key, w text); insert into words values (1, 'größe'), (2, 'ä')`;
    await latin.run(
      'postgres',
      `create database ${name} template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'`,
    );
    await unicode.run('postgres', `create database ${name}`);
    for (const cluster of [latin, unicode]) await cluster.run(name, words);
    const compared = () => diffTables({ old: latin.url(name), new: unicode.url(name) });
    expect((await compared()).tables).toMatchObject([{ answer: 'equal', oldRows: 2 }]);
    await unicode.run(name, `update words set w = 'grösse' where id = 1`);
    expect((await compared()).tables).toMatchObject([{ answer: 'different', changed: 1 }]);
    for (const cluster of [latin, unicode])
      await cluster.run('postgres', `drop database ${name} with (force)`);
  });

  test('a key that is too large for the type of the other side is an extra row, in use, too', async () => {
    const keyed = (type: string): string =>
      `create table keyed(id ${type} primary key, v text); insert into keyed values (1, 'a')`;
    const tables = await diff(
      { old: keyed('int4'), new: `${keyed('int8')}; insert into keyed values (3000000000, 'b')` },
      { tables: [{ old: 'keyed', new: 'keyed' }], mode: 'live' },
    );
    expect(tables).toMatchObject([{ answer: 'different', extra: 1, missing: 0, changed: 0 }]);
  });

  test.each([
    ['parted', `update parted set v = 'w' where id = 17`, { changed: 1 }],
    ['parted', `delete from parted where day = '2026-02-03' and id < 100`, { missing: 2 }],
    ['composite', `update composite set v = null where id = 50`, { changed: 1 }],
    ['"Größe ""x"""', `update "Größe ""x""" set "a.b" = '' where "Straße" = 2`, { changed: 1 }],
    ['some_rows', `delete from composite where id = 3`, { missing: 1 }],
    ['zero', `insert into zero values (1)`, { extra: 1 }],
  ])('%s: %s', async (table, statement, expected) => {
    expect(await oneTable(table, { new: statement })).toMatchObject({ answer: 'different', ...expected });
  });

  test('views and materialized views can be compared when they are named', async () => {
    expect(await oneTable('some_rows', {})).toMatchObject({ answer: 'equal', oldRows: 2000 });
    expect(await oneTable('some_more', {})).toMatchObject({ answer: 'equal', oldRows: 2000 });
  });

  test('values are masked unless they may be shown', async () => {
    const [table] = await diff(
      { new: `update composite set v = 'geheim' where id = 50` },
      { tables: [{ old: 'composite', new: 'composite' }] },
    );
    expect(table?.differences).toEqual([{ kind: 'changed', key: ['0', '50'], cells: [{ column: 'v' }] }]);
    expect(JSON.stringify(table)).not.toContain('geheim');
  });

  test('tables on one side only, patterns that match nothing, names that are none', async () => {
    const tables = await diff(
      { old: 'create table only_old(id int)', new: 'create table only_new(id int)' },
      { only: ['only_*', 'nothing'] },
    );
    expect(tables.map((table) => [table.old, table.answer, table.cause])).toEqual([
      ['public.only_old', 'different', 'table-missing'],
      ['public.only_new', 'not-checked', 'old-table-missing'],
      ['nothing', 'not-checked', 'no-such-table'],
    ]);
    expect(await oneTable('a b c', {})).toMatchObject({ answer: 'not-checked', cause: 'unreadable' });
  });

  test('hidden rows and missing privileges are not checked', async () => {
    const role = `create role reader_${counter} login;`;
    const reader = `reader_${counter}`;
    for (const cluster of clusters) await cluster.run('postgres', role);
    const grants = `grant select on composite, doubled to ${reader};`;
    const tables = await diff(
      {
        old: grants,
        new: `${grants} alter table doubled enable row level security; create policy p on doubled using (id < 5)`,
      },
      { only: ['composite', 'doubled', 'zero'] },
      reader,
    );
    expect(tables.map((table) => [table.old, table.answer])).toEqual([
      ['public.composite', 'equal'],
      ['public.doubled', 'not-checked'],
      ['public.zero', 'not-checked'],
    ]);
    expect(tables[1]?.reason).toContain('BYPASSRLS');
    expect(tables[2]?.reason).toContain('permission denied');
  });

  test('a generated column is not compared, and that is said', async () => {
    const table = await oneTable('grown', {});
    expect(table.columns).toEqual(['id']);
    expect(table.notCompared.join()).toContain('doubled');
  });

  /** Ends sessions of the engine on new that are hashing, as soon as there is one, for as long as told. */
  async function cutHashing(database: string, times: number, stop: () => boolean): Promise<number> {
    let cut = 0;
    // One connection for all looks: on a busy machine, a new one takes longer than what is looked for.
    const client = new pg.Client({ connectionString: at(1).url() });
    await client.connect();
    while (cut < times && !stop()) {
      const { rowCount } = await client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
          where datname = $1 and application_name = 'greenlight' and state = 'active' and query like '%sum(%' limit 1`,
        [database],
      );
      cut += rowCount ?? 0;
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await client.end();
    return cut;
  }

  test('a connection that is cut joins the snapshot again, and nothing is counted twice', async () => {
    const tables = [{ old: 'narrow', new: 'narrow' }];
    const running = diffTables({
      old: at(0).url('narrow'),
      new: at(1).url('narrow'),
      tables,
      portable: true,
    });
    let ended = false;
    const watched = running.finally(() => (ended = true));
    expect(await cutHashing('narrow', 1, () => ended)).toBe(1);
    expect((await watched).tables[0]).toMatchObject({ answer: 'equal', oldRows: BIG, newRows: BIG });
  });

  test('nothing is written to either database, even by a filter', async () => {
    await at(1).run(
      'small',
      `create or replace function spill() returns bool language plpgsql as $$ begin insert into zero values (1); return true; end $$`,
    );
    const { tables } = await diffTables({
      old: at(0).url('small'),
      new: at(1).url('small'),
      tables: [{ old: 'composite', new: 'composite', newWhere: 'spill()' }],
    });
    expect(tables[0]).toMatchObject({
      answer: 'not-checked',
      reason: expect.stringContaining('read-only') as string,
    });
  });
});
