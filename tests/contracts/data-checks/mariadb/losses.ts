import { describe, expect, test } from 'vitest';
import { compareTable } from '../../../../data-checks/mysql/compare-table.ts';
import { type MysqlSession, openMysql } from '../../../../data-checks/mysql/session.ts';
import { inventory } from '../../../../data-checks/postgres/catalog.ts';
import { Meter } from '../../../../data-checks/postgres/rows/meter.ts';
import type { TableDiff } from '../../../../data-checks/postgres/rows/table-diff.ts';
import { openSession } from '../../../../data-checks/postgres/session.ts';
import { both, diff, servers } from './servers.ts';

/** What is known when a server refuses, or goes away, in the middle. */
export function describeLosses(): void {
  describe('a difference that was found, although the rows could not be read again', () => {
    let made = 0;
    /** `refuses`: the side that answers the second reading with an error. */
    const compared = async (
      refuses: 'old' | 'new',
      { change = 'update t set v = 3 where id = 2', engine = 'InnoDB', oldWhere = '' },
    ): Promise<TableDiff> => {
      const database = `refused${(made += 1)}`;
      await both(
        database,
        'create table t(id int primary key, v int)',
        'insert into t values (1, 1), (2, 2)',
      );
      await servers().old.run(database, `alter table t engine = ${engine}`);
      await servers().next.run(database, change);
      const real = await openMysql({ url: servers().old.url(database), timeoutMs: 10_000 });
      const next = await openSession({ url: servers().next.url(database), statementTimeoutMs: 10_000 });
      try {
        await next.client.query('savepoint opened');
        const [table] = await inventory(next.client);
        if (table === undefined) throw new Error('the table is not there');
        let readings = 0;
        const old: MysqlSession = {
          ...real,
          stream: (sql) => {
            readings += 1;
            return real.stream(refuses === 'old' && readings > 1 ? 'select gone from nowhere' : sql);
          },
        };
        const session = new Proxy(next, {
          get: (target, name) =>
            name === 'client'
              ? refusing(target.client, () => readings)
              : (Reflect.get(target, name) as unknown),
        });
        return await compareTable(
          {
            ...{ old, new: refuses === 'new' ? session : next, oldName: 't', table },
            pair: { old: 't', new: 't', ...(oldWhere === '' ? {} : { oldWhere }) },
            meter: new Meter({ table: 't', estimated: 4 }),
          },
          { mostShown: 20, values: 'masked' },
        );
      } finally {
        await Promise.all([real.close(), next.close()]);
      }
    };
    const refusing = <T extends { query: unknown }>(client: T, readings: () => number): T =>
      new Proxy(client, {
        get: (target, name) =>
          name === 'query'
            ? (asked: unknown, ...values: unknown[]) => {
                const again = typeof asked === 'string' && asked.startsWith('declare') && readings() > 1;
                return (target.query as (...args: unknown[]) => unknown).call(
                  target,
                  again ? 'select 1 / 0' : asked,
                  ...values,
                );
              }
            : (Reflect.get(target, name) as unknown),
      });

    test.each(['old', 'new'] as const)('stays one when %s refuses', async (side) => {
      const found = await compared(side, {});
      expect(found, found.reason).toMatchObject({
        ...{ answer: 'different', cause: 'not-located', oldRows: 2, newRows: 2 },
        ...{ missing: null, extra: null, changed: null },
      });
      expect(found.reason).toContain(side === 'old' ? 'nowhere' : 'division by zero');
    });

    test.each([
      ['old has no snapshots', { engine: 'Aria' }],
      ['SQL of the plan chose the rows', { oldWhere: 'id > 0' }],
    ])('is none when %s', async (_, more) => {
      expect(await compared('old', more)).toMatchObject({ answer: 'not-checked', cause: 'unreadable' });
    });

    test('and equal rows are never read again', async () => {
      expect(await compared('old', { change: 'select 1' })).toMatchObject({ answer: 'equal', oldRows: 2 });
    });
  });

  // The last one: afterwards the server is gone.
  test('a server that is killed in the middle makes every table not checked', async () => {
    // More than the sockets hold: what is not sent yet is lost for certain.
    await Promise.all([
      servers().old.run(
        'killed',
        `create table t(id int primary key, v longtext); insert into t select seq, repeat('x', 4000) from seq_1_to_12000`,
      ),
      servers().next.database(
        'killed',
        `create table t(id int primary key, v text); insert into t select g, repeat('x', 4000) from generate_series(1, 12000) g`,
      ),
    ]);
    let killed = false;
    const { tables } = await diff('killed', {
      tables: [
        { old: 't', new: 't' },
        { old: 't', new: 't' },
      ],
      onProgress: () => {
        if (!killed) process.kill(servers().old.pid, 'SIGKILL');
        killed = true;
      },
    });
    expect(tables.map(({ answer, cause }) => [answer, cause])).toEqual([
      ['not-checked', 'connection-lost'],
      ['not-checked', 'connection-lost'],
    ]);
  });
}
