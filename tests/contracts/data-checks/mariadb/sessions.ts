import { expect, test } from 'vitest';
import { openMysqlComparison } from '../../../../data-checks/mysql/diff-from-mysql.ts';
import { openMysql } from '../../../../data-checks/mysql/session.ts';
import { both, diff, servers } from './servers.ts';

/** What a session on MariaDB may, sees and leaves alone. */
export function describeSessions(): void {
  test('a user who may not see a table or a column gets no answer', async () => {
    await both(
      'rights',
      'create table open(id int primary key)',
      'insert into open values (1)',
      'create table closed(id int primary key, secret int)',
      'insert into closed values (1, 2)',
    );
    await servers().old.run(
      'rights',
      `create user reader@'%'; grant select on rights.open to reader@'%'; grant select(id) on rights.closed to reader@'%'`,
    );
    const { tables } = await diff('rights', { old: servers().old.url('rights', 'reader') });
    expect(tables).toMatchObject([
      { old: 'closed', answer: 'not-checked', cause: 'unreadable' },
      { old: 'open', answer: 'equal' },
    ]);
  });

  test('writes to neither side, and reads one moment', async () => {
    await both('moment', 'create table t(id int primary key, v int)', 'insert into t values (1, 1), (2, 2)');
    let written = false;
    const found = await diff('moment', {
      onTable: () => {
        written = true;
      },
    });
    expect([written, found.tables[0]?.answer]).toEqual([true, 'equal']);
    const session = await openMysql({ url: servers().old.url('moment'), timeoutMs: 5000 });
    await expect(session.query('insert into t values (3, 3)')).rejects.toThrow(/READ ONLY/i);
    await servers().old.run('moment', 'insert into t values (4, 4)');
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
    await servers().old.run('moves', 'alter table counts engine = MyISAM; alter table cells engine = Aria');
    await servers().next.run('moves', 'delete from cells where id = 2');
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
    await servers().old.run('limited', 'set global sql_select_limit = 5');
    try {
      const { tables } = await diff('limited');
      expect(tables).toMatchObject([{ answer: 'equal', oldRows: 20, newRows: 20 }]);
    } finally {
      await servers().old.run('limited', 'set global sql_select_limit = default');
    }
  });

  test('a table that was read can be altered before the run is over', async () => {
    await both(
      'locks',
      ...['a', 'b'].flatMap((name) => [`create table ${name}(id int)`, `insert into ${name} values (1)`]),
    );
    const comparison = await openMysqlComparison({
      old: servers().old.url('locks'),
      new: servers().next.url('locks'),
    });
    try {
      expect(await comparison.one({ old: 'a', new: 'a' })).toMatchObject({ answer: 'equal' });
      await servers().old.run(
        'locks',
        'insert into b values (2); set lock_wait_timeout = 0; alter table a add v int',
      );
      // The moment is still the one from before.
      expect(await comparison.one({ old: 'b', new: 'b' })).toMatchObject({ answer: 'equal', oldRows: 1 });
    } finally {
      await comparison.close();
    }
  });
}
