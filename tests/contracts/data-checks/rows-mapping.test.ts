import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diffTables } from '../../../data-checks/postgres/rows/diff-tables.ts';
import type { TableDiff, TablePair } from '../../../data-checks/postgres/rows/table-diff.ts';
import { LONG } from '../../long.ts';
import { hasVersion, startCluster, type TestCluster } from '../../postgres-cluster.ts';

let clusters: TestCluster[];
let urls: readonly [string, string];
beforeAll(async () => {
  const versions = (await hasVersion('debian'))
    ? (['debian', 'newest'] as const)
    : (['newest', 'newest'] as const);
  clusters = await Promise.all(versions.map((version) => startCluster(version)));
  const [old, next] = clusters;
  urls = [(await old?.database('shop')) ?? '', (await next?.database('shop')) ?? ''];
});
afterAll(async () => {
  await Promise.all((clusters ?? []).map((cluster) => cluster.stop()));
});

async function both(old: string, next: string): Promise<void> {
  await Promise.all([clusters[0]?.run('shop', old), clusters[1]?.run('shop', next)]);
}

async function compare(pair: TablePair): Promise<TableDiff> {
  const { tables } = await diffTables({
    old: urls[0],
    new: urls[1],
    tables: [pair],
    values: 'shown',
    workers: 1,
  });
  const [table] = tables;
  if (table === undefined) throw new Error('the engine gave no answer');
  return table;
}

describe('a table that was reshaped', () => {
  beforeAll(async () => {
    await both(
      `create table customers(id int primary key, full_name text, mail varchar(80), state text, score numeric(8,2), legacy text);
       insert into customers select g, 'Given' || g || ' Family' || g, 'C' || g || '@example.com', case g % 3 when 0 then 'deleted' else 'active' end, g, 'x' from generate_series(1, 300) g`,
      `create schema shop; create type shop.state as enum ('active', 'deleted');
       create table shop.people(id bigint primary key, tenant text not null, given text, family text, email text, state shop.state, score numeric(10,4));
       insert into shop.people select g, 'main', 'Given' || g, 'Family' || g, 'C' || g || '@example.com', 'active', g from generate_series(1, 300) g where g % 3 <> 0`,
    );
  });
  const pair: TablePair = {
    old: 'customers',
    new: 'shop.people',
    oldWhere: `state <> 'deleted' -- they stay`,
    columns: { mail: 'email' },
    newAs: { full_name: `t.given || ' ' || t.family` },
    constants: { tenant: `'main'` },
    exclude: { legacy: 'no longer used' },
  };

  test('is equal when the mapping says how, and says what was given up', async () => {
    const table = await compare(pair);
    expect(table).toMatchObject({ answer: 'equal', oldRows: 200, newRows: 200, key: ['id'] });
    expect(table.columns).toEqual(['id', 'full_name', 'mail', 'state', 'score', 'tenant']);
    const notes = table.notCompared.join('\n');
    for (const said of [
      'legacy: no longer used',
      'scale ignored',
      'compared as text',
      'rows of old outside',
      'given',
    ]) {
      expect(notes).toContain(said);
    }
  });

  test.each<[string, string, string]>([
    ['a split name', `update shop.people set family = 'Other' where id = 7`, 'full_name'],
    ['a renamed column', `update shop.people set email = lower(email) where id = 7`, 'mail'],
    ['another tenant', `update shop.people set tenant = 'other' where id = 7`, 'tenant'],
    ['an enum', `update shop.people set state = 'deleted' where id = 7`, 'state'],
    ['a ten-thousandth', `update shop.people set score = score + 0.0001 where id = 7`, 'score'],
  ])('%s that differs is found in its column', async (_, statement, column) => {
    await both('select 1', `create table shop.kept as select * from shop.people; ${statement}`);
    const table = await compare(pair);
    await both(
      'select 1',
      'truncate shop.people; insert into shop.people select * from shop.kept; drop table shop.kept',
    );
    expect(table).toMatchObject({ answer: 'different', changed: 1, missing: 0, extra: 0 });
    expect(table.differences[0]).toMatchObject({ key: ['7'], cells: [{ column }] });
  });

  test.each<[string, Partial<TablePair>, string]>([
    ['a column that nobody mentions', { exclude: {} }, 'has no column legacy'],
    ['a new column that nobody mentions', { constants: {} }, 'people.tenant'],
    ['a mapping that names no column', { policies: { nope: { trim: 'end' } } }, 'nope'],
    ['a key that is not compared', { key: ['legacy'] }, 'the key (legacy)'],
  ])('%s makes the table not checked', async (_, change, words) => {
    const table = await compare({ ...pair, ...change });
    expect(table).toMatchObject({ answer: 'not-checked', cause: 'columns-differ' });
    expect(table.reason).toContain(words);
  });

  test('SQL of the plan that is wrong makes the table not checked', async () => {
    expect(await compare({ ...pair, newAs: { full_name: 't.nope' } })).toMatchObject({
      answer: 'not-checked',
    });
    expect(await compare({ ...pair, oldWhere: 'nope = 1' })).toMatchObject({ answer: 'not-checked' });
  });
});

describe('a wanted loss', () => {
  const cases: readonly {
    name: string;
    oldType: string;
    newType?: string;
    old: string;
    new: string;
    /** A value of new that differs even so. */
    other: string;
    policy: NonNullable<TablePair['policies']>[string];
  }[] = [
    {
      name: 'milliseconds cut off',
      oldType: 'timestamp',
      old: `'2026-01-01 09:00:00.123999'`,
      new: `'2026-01-01 09:00:00.123'`,
      other: `'2026-01-01 09:00:00.124'`,
      policy: { moments: { to: 'millisecond', by: 'truncate' } },
    },
    {
      name: 'seconds rounded',
      oldType: 'timestamptz',
      old: `'2026-01-01 09:00:00.6Z'`,
      new: `'2026-01-01 09:00:01Z'`,
      other: `'2026-01-01 09:00:00Z'`,
      policy: { moments: { to: 'second', by: 'round' } },
    },
    {
      name: 'blanks at the end',
      oldType: 'text',
      old: `'x  '`,
      new: `'x'`,
      other: `' x'`,
      policy: { trim: 'end' },
    },
    {
      name: 'blanks at both ends',
      oldType: 'text',
      old: `' x '`,
      new: `'x'`,
      other: `'y'`,
      policy: { trim: 'both' },
    },
    {
      name: 'any scale',
      oldType: 'numeric',
      old: '1.50',
      new: '1.5',
      other: '1.51',
      policy: { scale: 'any' },
    },
    {
      name: 'two decimals',
      oldType: 'numeric',
      old: '1.504',
      new: '1.5',
      other: '1.51',
      policy: { scale: 2 },
    },
    {
      name: 'a float as numeric',
      oldType: 'float8',
      newType: 'numeric(12,2)',
      old: '0.1',
      new: '0.10',
      other: '0.11',
      policy: { scale: 'any' },
    },
    {
      name: 'letter case',
      oldType: 'text',
      old: `'MAIL@x'`,
      new: `'mail@X'`,
      other: `'mail@y'`,
      policy: { letterCase: 'ignore' },
    },
    {
      name: 'JSON as a document',
      oldType: 'json',
      old: `'{"b":1, "a":2}'`,
      new: `'{"a":2,"b":1}'`,
      other: `'{"a":2,"b":"1"}'`,
      policy: { json: 'document' },
    },
    { name: 'NULL as empty', oldType: 'text', old: 'NULL', new: `''`, other: `' '`, policy: { nullIs: '' } },
  ];

  test.each(cases)(
    '$name: equal with the policy, different without it, and no more than that',
    async (item) => {
      const table = (type: string, value: string): string =>
        `drop table if exists loss; create table loss(id int primary key, v ${type}); insert into loss values (1, ${value})`;
      const pair: TablePair = { old: 'loss', new: 'loss' };
      const withPolicy: TablePair = { ...pair, policies: { v: item.policy } };
      await both(table(item.oldType, item.old), table(item.newType ?? item.oldType, item.new));
      const lenient = await compare(withPolicy);
      expect(lenient).toMatchObject({ answer: 'equal' });
      expect(lenient.notCompared.join()).toContain('column v');
      expect(await compare(pair)).toMatchObject({ answer: 'different', changed: 1 });
      await both('select 1', `update loss set v = ${item.other}`);
      expect(await compare(withPolicy)).toMatchObject({ answer: 'different', changed: 1 });
    },
  );

  test('types that changed without a loss need no policy', async () => {
    const table = (columns: string, values: string): string =>
      `drop table if exists widened; create table widened(${columns}); insert into widened values (${values})`;
    await both(
      table(
        'id int primary key, a smallint, b real, c varchar(9), d char(4), e text',
        `1, -3, 0.5, 'x', 'ab', 'v'`,
      ),
      table(
        'id bigint primary key, a bigint, b float8, c text, d text, e varchar(9)',
        `1, -3, 0.5, 'x', 'ab', 'v'`,
      ),
    );
    expect(await compare({ old: 'widened', new: 'widened' })).toMatchObject({ answer: 'equal' });
  });
});

describe('a random change of one cell', () => {
  const TYPES: Readonly<Record<string, fc.Arbitrary<string>>> = {
    c_int: fc.integer({ min: -2147483648, max: 2147483647 }).map(String),
    c_bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
    c_text: fc.string({ unit: 'binary', maxLength: 12 }).filter((text) => !text.includes('\0')),
    c_numeric: fc
      .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(12))
      .map(([n, scale]) => `${n}e-${scale}`),
    c_amount: fc
      .oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 }), fc.constantFrom(0, 1, 100, 10_000, -10_000))
      .map((n) => (n === 2 ** 31 ? 'NaN' : `${n}e-2`)),
    c_code: fc.constantFrom('', 'a', ' a', 'A', 'ab', 'EUR'),
    c_float: fc.double().map((n) => (Object.is(n, -0) ? '-0' : String(n))),
    c_bool: fc.boolean().map(String),
    c_moment: fc.integer({ min: -(2 ** 47), max: 2 ** 47 }).map((ms) => {
      const at = new Date(ms).toISOString().replace('Z', '');
      return /^[+-]/.test(at) ? '2026-01-01' : at.startsWith('0000') ? 'infinity' : at;
    }),
    c_zoned: fc
      .integer({ min: -62_000_000_000, max: 8_000_000_000 })
      .map((seconds) => `${new Date(seconds * 1000).toISOString().replace('Z', '')}001Z`),
    c_json: fc.json({ maxDepth: 2 }).filter((text) => !text.includes('\\u0000')),
    c_bytes: fc.uint8Array({ maxLength: 8 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`),
    c_ints: fc
      .array(fc.option(fc.integer(), { nil: 'NULL' }), { maxLength: 4 })
      .map((list) => `{${list.join(',')}}`),
  };
  const SQL_TYPES: Readonly<Record<string, string>> = {
    c_int: 'int',
    c_bigint: 'bigint',
    c_text: 'text',
    c_numeric: 'numeric',
    c_amount: 'numeric(12,2)',
    c_code: 'char(4)',
    c_float: 'float8',
    c_bool: 'boolean',
    c_moment: 'timestamp',
    c_zoned: 'timestamptz',
    c_json: 'jsonb',
    c_bytes: 'bytea',
    c_ints: 'int[]',
  };
  const names = Object.keys(TYPES);
  const literal = (value: string | null): string =>
    value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`;

  test('is always found and located', async () => {
    const cell = (name: string): fc.Arbitrary<string | null> =>
      fc.option(TYPES[name] ?? fc.constant(''), { nil: null, freq: 4 });
    const row = fc.tuple(...names.map(cell));
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 6 }),
        fc.nat(),
        fc.nat(names.length - 1).chain((column) => fc.tuple(fc.constant(column), cell(names[column] ?? ''))),
        async (rows, at, [column, value]) => {
          const id = (at % rows.length) + 1;
          const name = names[column] ?? '';
          const table = `drop table if exists cells; create table cells(id int primary key, ${names.map((n) => `${n} ${SQL_TYPES[n]}`).join(', ')});
            insert into cells values ${rows.map((cells, index) => `(${[String(index + 1), ...cells.map(literal)].join(', ')})`).join(', ')};`;
          await both(table, `${table} update cells set ${name} = ${literal(value)} where id = ${id};`);
          // What counts as the same value is for the type to say, in the text that it prints.
          const mutated = await printed(name, rows[id - 1]?.[column] ?? null, value);
          const diff = await compare({ old: 'cells', new: 'cells' });
          if (!mutated) expect(diff).toMatchObject({ answer: 'equal' });
          else {
            expect(diff).toMatchObject({ answer: 'different', changed: 1, missing: 0, extra: 0 });
            expect(diff.differences[0]).toMatchObject({ key: [String(id)], cells: [{ column: name }] });
          }
        },
      ),
      { numRuns: LONG ? 60 : 20 },
    );
  });

  async function printed(name: string, a: string | null, b: string | null): Promise<boolean> {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: urls[1] });
    await client.connect();
    const type = SQL_TYPES[name] ?? '';
    const { rows } = await client.query<{ differ: boolean }>(
      `select (${literal(a)}::${type})::text is distinct from (${literal(b)}::${type})::text as differ`,
    );
    await client.end();
    return rows[0]?.differ ?? true;
  }
});

describe('what must not go unnoticed', () => {
  beforeAll(async () => {
    await both(
      `create table odd(id int primary key, "constructor" text, "toString" text, note text);
       insert into odd values (1, 'a', 'b', 'c');
       create table computed(id int primary key, net int, gross int generated always as (net * 2) stored);
       insert into computed values (1, 10)`,
      `create table odd(id int primary key, "constructor" text, "toString" text, note text);
       insert into odd values (1, 'other', 'b', 'c');
       create table computed(id int primary key, net int, gross int generated always as (net * 3) stored);
       insert into computed values (1, 10)`,
    );
  });

  test('a column whose name every object has', async () => {
    const table = await compare({
      old: 'odd',
      new: 'odd',
      columns: {},
      newAs: {},
      policies: {},
      exclude: { note: 'free' },
    });
    expect(table).toMatchObject({ answer: 'different', changed: 1 });
    expect(table.differences[0]?.cells.map((cell) => cell.column)).toEqual(['constructor']);
    expect(table.notCompared).toEqual(['column note: free']);
  });

  test('a generated column that the new side computes in another way', async () => {
    const table = await compare({ old: 'computed', new: 'computed' });
    expect(table.differences[0]?.cells).toEqual([{ column: 'gross', old: '20', new: '30' }]);
  });

  test('two addresses of one database', async () => {
    const itself = async (pair: TablePair): Promise<TableDiff | undefined> =>
      (await diffTables({ old: urls[0], new: `${urls[0]}?keepalives=1`, tables: [pair], workers: 1 }))
        .tables[0];
    expect(await itself({ old: 'odd', new: 'public.odd' })).toMatchObject({
      answer: 'not-checked',
      cause: 'same-table',
    });
    // Two sets of rows of one table are a real question.
    expect(await itself({ old: 'odd', new: 'odd', oldWhere: 'id = 1', newWhere: 'id = 2' })).toMatchObject({
      answer: 'different',
      missing: 1,
    });
  });
});
