import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../../contract/finding.ts';
import { TableMapping } from '../../../contract/table-mapping.ts';
import { judgeRows } from '../../../data-checks/judge-rows.ts';
import { diffFromMysql, openMysqlComparison } from '../../../data-checks/mysql/diff-from-mysql.ts';
import { createRowComparer } from '../../../data-checks/row-comparer.ts';
import type { Diff, DiffOptions } from '../../../data-checks/postgres/rows/diff-tables.ts';
import type { TableDiff } from '../../../data-checks/postgres/rows/table-diff.ts';
import { hasMariadb, startMariadb, type TestMariadb } from '../../mariadb-server.ts';
import { startCluster, type TestCluster } from '../../postgres-cluster.ts';
import { greenlight } from './greenlight-command.ts';
import { MARIADB_CORPUS, NOT_COMPARABLE } from './mariadb-corpus.ts';

const SECRET = 'hunter2-in-a-cell';
let old: TestMariadb;
let next: TestCluster;

function diff(database: string, more: Partial<DiffOptions> = {}): Promise<Diff> {
  return diffFromMysql({ old: old.url(database), new: next.url(database), ...more });
}

/** The same statements on both sides, where both understand them. */
async function both(database: string, ...sql: string[]): Promise<void> {
  await Promise.all([old.run(database, sql.join(';')), next.database(database, sql.join(';'))]);
}

describe.skipIf(!hasMariadb)(
  'MariaDB as the old side (skipped where mariadb-server is not installed)',
  () => {
    beforeAll(async () => {
      [old, next] = await Promise.all([startMariadb(), startCluster()]);
    }, 60_000);
    afterAll(async () => {
      await Promise.all([old?.stop(), next?.stop()]);
    });

    describe('the corpus', () => {
      let tables: ReadonlyMap<string, TableDiff>;
      const rows = (which: 0 | 1): string =>
        MARIADB_CORPUS.map(({ old: before, new: after, equal, different }, at) => {
          const values = [
            ...equal.map((pair, row) => `(${row}, ${pair[which]})`),
            ...different.map((pair, row) => `(${100 + row}, ${pair[which]})`),
          ];
          return `create table c${at}(id int primary key, v ${which === 0 ? before : after}); insert into c${at} values ${values.join(', ')}`;
        }).join(';');

      beforeAll(async () => {
        await Promise.all([
          old.run('corpus', `set sql_mode = 'ALLOW_INVALID_DATES'; ${rows(0)}`),
          next.database('corpus', `create type mood as enum('new', 'done'); ${rows(1)}`),
        ]);
        const found = await diff('corpus', { mostShown: 100 });
        tables = new Map(found.tables.map((table) => [table.old, table]));
      }, 60_000);

      test.each(MARIADB_CORPUS.map((entry, at) => [entry.old, entry.new, at, entry] as const))(
        '%s and %s: equal in another guise, and told apart',
        (_, __, at, { different }) => {
          const table = tables.get(`c${at}`);
          const keys = different.map((___, row) => String(100 + row));
          expect(table?.differences.map((row) => row.key[0]).sort(), JSON.stringify(table)).toEqual(keys);
          expect(table).toMatchObject({
            answer: 'different',
            missing: 0,
            extra: 0,
            changed: different.length,
          });
          expect(
            table?.differences.every((row) => row.cells[0]?.column === 'v' && row.cells.length === 1),
          ).toBe(true);
        },
      );
    });

    test('types that have no common form are not checked, never equal', async () => {
      const create = (which: 0 | 1): string =>
        NOT_COMPARABLE.map(
          (types, at) =>
            `create table n${at}(id int primary key, v ${types[which]}); insert into n${at}(id) values (1)`,
        ).join(';');
      await Promise.all([old.run('incomparable', create(0)), next.database('incomparable', create(1))]);
      const { tables } = await diff('incomparable');
      expect(tables.map(({ old: name, answer, cause }) => [name, answer, cause]).sort()).toEqual(
        NOT_COMPARABLE.map((_, at) => [`n${at}`, 'not-checked', 'columns-differ']).sort(),
      );
      expect(tables.find((table) => table.old === 'n0')?.reason).toContain('v (point on old, point on new)');
    });

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
        await next.run(
          'cells',
          `create table if not exists kept as select * from t; update t set ${column} = case when ${column} is null then '' end where id = ${id}`,
        );
        const { tables } = await diff('cells', { only: ['t'] });
        expect(tables[0], `${column} of ${id}`).toMatchObject({
          answer: 'different',
          ...{ missing: 0, extra: 0, changed: 1 },
          differences: [{ kind: 'changed', key: [String(id)], cells: [{ column }] }],
        });
        await next.run(
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
      await next.run(
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
        old.run(
          'many',
          `create table t(id int primary key, v int); insert into t select seq, seq from seq_1_to_12000`,
        ),
        next.database(
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
      await old.run(
        'inventory',
        `create table lost(id int); create table wider(id int, more int); create table none(id int); create view seen as select 1; create table Caps(id int); insert into Caps values (1)`,
      );
      await next.database(
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
      await old.run(
        'mapped',
        `create table users(id int primary key, mail varchar(50), born date, seen datetime, dead int); set sql_mode = ''; insert into users values (1, 'Ann@x.com ', '0000-00-00', now(), 0), (2, 'b@x.com', '2000-01-01', now(), 0), (3, 'gone', null, null, 1)`,
      );
      await next.database(
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

    test('a user who may not see a table or a column gets no answer', async () => {
      await both(
        'rights',
        'create table open(id int primary key)',
        'insert into open values (1)',
        'create table closed(id int primary key, secret int)',
        'insert into closed values (1, 2)',
      );
      await old.run(
        'rights',
        `create user reader@'%'; grant select on rights.open to reader@'%'; grant select(id) on rights.closed to reader@'%'`,
      );
      const { tables } = await diff('rights', { old: old.url('rights', 'reader') });
      expect(tables).toMatchObject([
        { old: 'closed', answer: 'not-checked', cause: 'unreadable' },
        { old: 'open', answer: 'equal' },
      ]);
    });

    test('writes to neither side, and reads one moment', async () => {
      await both(
        'moment',
        'create table t(id int primary key, v int)',
        'insert into t values (1, 1), (2, 2)',
      );
      let written = false;
      const found = await diff('moment', {
        onTable: () => {
          written = true;
        },
      });
      expect([written, found.tables[0]?.answer]).toEqual([true, 'equal']);
      const { openMysql } = await import('../../../data-checks/mysql/session.ts');
      const session = await openMysql({ url: old.url('moment'), timeoutMs: 5000 });
      await expect(session.query('insert into t values (3, 3)')).rejects.toThrow(/READ ONLY/i);
      await old.run('moment', 'insert into t values (4, 4)');
      expect(await session.query('select count(*) from t')).toEqual([[Buffer.from('2')]]);
      const now = await session.query('select now(6)');
      expect(await session.query('select now(6)')).toEqual(now);
      await session.close();
    });

    test('a table that changes between the passes is unstable, never equal, and costs no other its answer', async () => {
      const rows = 'insert into {} values (1, 0), (2, 0)';
      await both(
        'moves',
        ...['counts', 'cells', 'still'].flatMap((name) => [
          `create table ${name}(id int, v int)`,
          rows.replace('{}', name),
        ]),
      );
      await old.run('moves', 'alter table counts engine = MyISAM; alter table cells engine = Aria');
      await next.run('moves', 'delete from cells where id = 2');
      // They choose other rows each time that they are asked: what a write between the passes does.
      const seen = (name: string): string => `(@${name} := coalesce(@${name}, 0) + 1) > 2`;
      const { tables } = await diff('moves', {
        tables: [
          { old: 'counts', new: 'counts', oldWhere: seen('a') },
          { old: 'cells', new: 'cells', oldWhere: `id = if(${seen('b')}, 1, 2)` },
          { old: 'still', new: 'still' },
        ],
      });
      expect(tables.map(({ answer, oldRows, newRows }) => [answer, oldRows, newRows])).toEqual([
        ['unstable', 0, 2],
        ['unstable', 1, 1],
        ['equal', 2, 2],
      ]);
      expect(tables[1]?.notCompared).toContain('one moment of old: the engine Aria has no snapshots');
    });

    test('no limit of the server cuts a table short', async () => {
      const rows = Array.from({ length: 20 }, (_, id) => `(${id})`).join(', ');
      await both('limited', 'create table t(id int primary key)', `insert into t values ${rows}`);
      await old.run('limited', 'set global sql_select_limit = 5');
      try {
        const { tables } = await diff('limited');
        expect(tables).toMatchObject([{ answer: 'equal', oldRows: 20, newRows: 20 }]);
      } finally {
        await old.run('limited', 'set global sql_select_limit = default');
      }
    });

    test('a table that was read can be altered before the run is over', async () => {
      await both(
        'locks',
        ...['a', 'b'].flatMap((name) => [`create table ${name}(id int)`, `insert into ${name} values (1)`]),
      );
      const comparison = await openMysqlComparison({ old: old.url('locks'), new: next.url('locks') });
      try {
        expect(await comparison.one({ old: 'a', new: 'a' })).toMatchObject({ answer: 'equal' });
        await old.run(
          'locks',
          'insert into b values (2); set lock_wait_timeout = 0; alter table a add v int',
        );
        // The moment is still the one from before.
        expect(await comparison.one({ old: 'b', new: 'b' })).toMatchObject({ answer: 'equal', oldRows: 1 });
      } finally {
        await comparison.close();
      }
    });

    test('hidden columns are compared, or keep the table from being equal; history is said to be left out', async () => {
      await old.run(
        'hidden',
        `create table seen(id int primary key, v int invisible); insert into seen(id, v) values (1, 1); create table unseen(id int primary key, v int invisible); insert into unseen(id, v) values (1, 1); create table past(id int primary key) with system versioning; insert into past values (1), (2); delete from past where id = 2; create user narrow@'%'; grant select, insert on hidden.seen to narrow@'%'; grant select on hidden.past to narrow@'%'; grant select(id), insert(id) on hidden.unseen to narrow@'%'`,
      );
      await next.database(
        'hidden',
        `create table seen(id int primary key, v int); insert into seen values (1, 2); create table unseen(id int primary key); insert into unseen values (1); create table past(id int primary key); insert into past values (1)`,
      );
      const { tables, notes } = await diff('hidden', { old: old.url('hidden', 'narrow') });
      expect(tables).toMatchObject([
        { old: 'past', answer: 'equal', oldRows: 1 },
        { old: 'seen', answer: 'different', differences: [{ cells: [{ column: 'v' }] }] },
        { old: 'unseen', answer: 'not-checked', cause: 'unreadable' },
      ]);
      expect(tables[0]?.notCompared.join()).toContain('system versioning');
      expect(notes.join()).toMatch(/only tables that this user may see.*replica/);
    });

    test('two tables of old that differ in case only are not both the one of new', async () => {
      await old.run(
        'twins',
        'create table Orders(id int); insert into Orders values (1); create table orders(id int); insert into orders values (1)',
      );
      await next.database('twins', 'create table orders(id int); insert into orders values (1)');
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

    test('is the old side of a plan, within its budget', async () => {
      await both(
        'planned',
        'create table orders(id int primary key, v int)',
        'insert into orders values (1, 1), (2, 2)',
      );
      const mapping = TableMapping.parse({
        ...{ id: 'orders-kept', title: 'Orders are kept', compare: 'rows' },
        ...{ old: 'orders', new: 'orders' },
      });
      const judged = async (sides: Partial<Parameters<typeof createRowComparer>[0]>): Promise<Finding> => {
        const comparer = createRowComparer({
          ...{ old: undefined, oldMysql: old.url('planned') },
          ...{ new: { adapter: 'postgres', url: next.url('planned') }, mode: 'snapshot' },
          ...{ statementTimeoutMs: 30_000, budgetMinutes: undefined },
          ...sides,
        });
        try {
          return judgeRows(mapping, await comparer.compare(mapping));
        } finally {
          await comparer.close();
        }
      };
      expect(await judged({})).toMatchObject({ outcome: 'pass', sampleSize: 2 });
      expect(await judged({ budgetMinutes: 1e-9 })).toMatchObject({
        outcome: 'unknown',
        cause: 'over-budget',
      });
      const postgres = {
        old: { adapter: 'postgres', url: next.url('planned') },
        oldMysql: undefined,
      } as const;
      expect(await judged({ ...postgres, budgetMinutes: 1e-9 })).toMatchObject({ cause: 'over-budget' });
      await next.run('planned', 'update orders set v = 3 where id = 2');
      expect(await judged({ budgetMinutes: 5 })).toMatchObject({ outcome: 'fail', cause: 'rows-changed' });
    });

    describe('greenlight data diff', () => {
      const run = (...more: string[]): ReturnType<typeof greenlight> =>
        greenlight('data', 'diff', '--old', old.url('shop'), '--new', next.url('shop'), ...more);

      test('answers as for PostgreSQL, with masked values', async () => {
        await both(
          'shop',
          'create table orders(id int primary key, note varchar(50))',
          `insert into orders values (1, 'x'), (2, 'y')`,
          'create table same(id int primary key)',
          'insert into same values (1)',
        );
        await next.run('shop', `update orders set note = '${SECRET}' where id = 2`);
        const { code, out, err } = await run();
        expect(code, err).toBe(10);
        expect(out).toMatch(/orders +different +2 +2 +0 +0 +1/);
        expect(out).toContain('changed id 2 in note');
        expect(out).not.toContain(SECRET);
        expect((await run('--values', '--json')).out).toContain(SECRET);
        expect(await run('--tables', 'same')).toMatchObject({ code: 0 });
      });

      test.each([['--quick'], ['--mode', 'live'], ['--segment', '1/2'], ['--direction', 'rollback']])(
        'refuses %s, which needs two PostgreSQL databases',
        async (...args) => {
          const { code, err } = await run(...args);
          expect(code).toBe(64);
          expect(err).toContain('needs two PostgreSQL databases');
        },
      );

      test('refuses it as the new side, and for the state', async () => {
        const url = `mysql://app:${SECRET}@127.0.0.1:1/shop`;
        const ends = [
          await greenlight('data', 'diff', '--old', next.url('shop'), '--new', url),
          await greenlight('data', 'state', '--old', url, '--new', next.url('shop')),
        ];
        expect(ends.map(({ code }) => code)).toEqual([64, 64]);
        expect(ends.map(({ err }) => err).join('')).not.toContain(SECRET);
      });

      test('answers 20 and hides the password when it can not be reached', async () => {
        const url = `mysql://app:${SECRET}@127.0.0.1:1/shop`;
        const { code, out, err } = await greenlight('data', 'diff', '--old', url, '--new', next.url('shop'));
        expect([code, out]).toEqual([20, '']);
        expect(err).toContain('The old database could not be read');
        expect(err).not.toContain(SECRET);
      });
    });

    // The last one: afterwards the server is gone.
    test('a server that is killed in the middle makes every table not checked', async () => {
      let killed = false;
      const { tables } = await diff('many', {
        tables: [
          { old: 't', new: 't' },
          { old: 't', new: 't' },
        ],
        onProgress: () => {
          if (!killed) process.kill(old.pid, 'SIGKILL');
          killed = true;
        },
      });
      expect(tables.map(({ answer, cause }) => [answer, cause])).toEqual([
        ['not-checked', 'connection-lost'],
        ['not-checked', 'connection-lost'],
      ]);
    });
  },
);
