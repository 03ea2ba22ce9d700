import { expect, test } from 'vitest';
import type { Diff } from '../../../../data-checks/postgres/rows/diff-tables.ts';
import { both, diff, servers } from './servers.ts';

/** Which rows, columns and tables are compared with which. */
export function describeTables(): void {
  test('one changed cell anywhere is found and located', async () => {
    const columns = ['a', 'b', 'c', 'd', 'e'];
    await both(
      'cells',
      `create table t(id int primary key, ${columns.map((name) => `${name} varchar(20)`).join(', ')})`,
      `insert into t values ${Array.from({ length: 1000 }, (_, id) => `(${id}, ${columns.map((name, at) => ((id + at) % 7 === 0 ? 'null' : `'${name}${id % 50}'`)).join(', ')})`).join(', ')}`,
    );
    expect((await diff('cells')).tables[0]).toMatchObject({ answer: 'equal', oldRows: 1000 });
    for (let round = 0; round < 4; round += 1) {
      const id = Math.floor(Math.random() * 1000);
      const column = columns[Math.floor(Math.random() * columns.length)] ?? 'a';
      await servers().next.run(
        'cells',
        `create table if not exists kept as select * from t; update t set ${column} = case when ${column} is null then '' end where id = ${id}`,
      );
      const { tables } = await diff('cells', { only: ['t'] });
      expect(tables[0], `${column} of ${id}`).toMatchObject({
        answer: 'different',
        ...{ missing: 0, extra: 0, changed: 1 },
        differences: [{ kind: 'changed', key: [String(id)], cells: [{ column }] }],
      });
      await servers().next.run(
        'cells',
        `update t set ${column} = kept.${column} from kept where kept.id = t.id and t.id = ${id}`,
      );
    }
  });

  test('keys of text in another order, of several columns, and none at all', async () => {
    await both(
      'keys',
      `create table texts(k varchar(20) primary key, v int)`,
      `insert into texts values ('a', 1), ('B', 2), ('é', 3), ('Z', 4), ('_', 5)`,
      `create table pairs(a int, b varchar(10), v int, primary key(a, b))`,
      `insert into pairs values (1, 'x', 1), (1, 'y', 2), (2, 'x', 3)`,
      `create table bag(v int)`,
      `insert into bag values (1), (1), (2), (3)`,
    );
    expect((await diff('keys')).tables.map((table) => table.answer)).toEqual(['equal', 'equal', 'equal']);
    await servers().next.run(
      'keys',
      `update texts set v = 9 where k = 'é'; delete from pairs where a = 2; update bag set v = 2 where v = 3`,
    );
    const { tables } = await diff('keys');
    const of = (name: string) => tables.find((table) => table.old === name);
    expect(of('texts')).toMatchObject({ changed: 1, differences: [{ key: ['é'] }] });
    expect(of('pairs')).toMatchObject({ missing: 1, differences: [{ kind: 'missing', key: ['2', 'x'] }] });
    expect(of('bag')).toMatchObject({ missing: 1, extra: 1, changed: 0 });
  });

  test('many differences are all counted, in bounded memory', async () => {
    await Promise.all([
      servers().old.run(
        'many',
        `create table t(id int primary key, v int); insert into t select seq, seq from seq_1_to_12000`,
      ),
      servers().next.database(
        'many',
        `create table t(id int primary key, v int); insert into t select g, case when g > 6000 then g else -g end from generate_series(101, 12005) g`,
      ),
    ]);
    const { tables } = await diff('many');
    expect(tables[0]).toMatchObject({
      missing: 100,
      extra: 5,
      changed: 5_900,
      oldRows: 12_000,
      newRows: 11_905,
    });
    expect(tables[0]?.differences).toHaveLength(20);
  });

  test('tables on one side, columns on one side, empty tables, views: nothing is equal by silence', async () => {
    await servers().old.run(
      'inventory',
      `create table lost(id int); create table wider(id int, more int); create table none(id int); create view seen as select 1; create table Caps(id int); insert into Caps values (1)`,
    );
    await servers().next.database(
      'inventory',
      `create table added(id int); create table wider(id int); create table none(id int); create table caps(id int); insert into caps values (1)`,
    );
    const { tables, notes } = await diff('inventory');
    const answers = Object.fromEntries(tables.map((table) => [table.old, [table.answer, table.cause]]));
    expect(answers).toEqual({
      lost: ['different', 'table-missing'],
      wider: ['not-checked', 'columns-differ'],
      none: ['not-checked', 'nothing-compared'],
      Caps: ['equal', 'equal'],
      'public.added': ['not-checked', 'old-table-missing'],
    });
    expect(notes).toContain('not compared: view seen');
    const allowed = await diff('inventory', { only: ['none'], emptyBecause: 'new' });
    expect(allowed.tables).toMatchObject([{ old: 'none', answer: 'equal' }]);
  });

  test('a mapping renames, filters, excludes, adds a constant and gives up what it says', async () => {
    await servers().old.run(
      'mapped',
      `create table users(id int primary key, mail varchar(50), born date, seen datetime, dead int); set sql_mode = ''; insert into users values (1, 'Ann@x.com ', '0000-00-00', now(), 0), (2, 'b@x.com', '2000-01-01', now(), 0), (3, 'gone', null, null, 1)`,
    );
    await servers().next.database(
      'mapped',
      `create table people(id int primary key, email text, born date, tenant text); insert into people values (1, 'ann@x.com', null, 'main'), (2, 'b@x.com', '2000-01-01', 'main'), (9, 'other', null, 'other')`,
    );
    const pair = {
      ...{ old: 'users', new: 'people', oldWhere: 'dead = 0', newWhere: `tenant = 'main'` },
      columns: { mail: 'email' },
      constants: { tenant: `'main'` },
      exclude: { seen: 'written at every visit', dead: 'filtered' },
      policies: { mail: { trim: 'end', letterCase: 'ignore' }, born: { nullIs: '0000-00-00' } },
    } as const;
    const { tables } = await diff('mapped', { tables: [pair] });
    expect(tables[0], JSON.stringify(tables[0])).toMatchObject({ answer: 'equal', oldRows: 2, newRows: 2 });
    expect(tables[0]?.notCompared.join('\n')).toMatch(
      /letter case[^]*seen: written at every visit[^]*rows of old outside/,
    );
    const strict = await diff('mapped', { tables: [{ ...pair, policies: {} }] });
    expect(strict.tables[0]).toMatchObject({
      changed: 1,
      differences: [{ key: ['1'], cells: [{ column: 'mail' }, { column: 'born' }] }],
    });
  });

  test('hidden columns are compared, or keep the table from being equal; history is said to be left out', async () => {
    await servers().old.run(
      'hidden',
      `create table seen(id int primary key, v int invisible); insert into seen(id, v) values (1, 1); create table unseen(id int primary key, v int invisible); insert into unseen(id, v) values (1, 1); create table past(id int primary key) with system versioning; insert into past values (1), (2); delete from past where id = 2; create user narrow@'%'; grant select, insert on hidden.seen to narrow@'%'; grant select on hidden.past to narrow@'%'; grant select(id), insert(id) on hidden.unseen to narrow@'%'`,
    );
    await servers().next.database(
      'hidden',
      `create table seen(id int primary key, v int); insert into seen values (1, 2); create table unseen(id int primary key); insert into unseen values (1); create table past(id int primary key); insert into past values (1)`,
    );
    const { tables, notes } = await diff('hidden', { old: servers().old.url('hidden', 'narrow') });
    expect(tables).toMatchObject([
      { old: 'past', answer: 'equal', oldRows: 1 },
      { old: 'seen', answer: 'different', differences: [{ cells: [{ column: 'v' }] }] },
      { old: 'unseen', answer: 'not-checked', cause: 'unreadable' },
    ]);
    expect(tables[0]?.notCompared.join()).toContain('system versioning');
    expect(notes.join()).toMatch(/only tables that this user may see.*replica/);
  });

  test('two tables of old that differ in case only are not both the one of new', async () => {
    await servers().old.run(
      'twins',
      'create table Orders(id int); insert into Orders values (1); create table orders(id int); insert into orders values (1)',
    );
    await servers().next.database('twins', 'create table orders(id int); insert into orders values (1)');
    const causes = ({ tables }: Diff) => tables.map(({ old: name, cause }) => [name, cause]);
    expect(causes(await diff('twins')).sort()).toEqual([
      ['Orders', 'ambiguous'],
      ['orders', 'ambiguous'],
    ]);
    const pairs = ['Orders', 'ORDERS'].map((name) => ({ old: name, new: 'orders' }));
    expect(causes(await diff('twins', { tables: pairs }))).toEqual([
      ['Orders', 'equal'],
      ['ORDERS', 'ambiguous'],
    ]);
  });
}
