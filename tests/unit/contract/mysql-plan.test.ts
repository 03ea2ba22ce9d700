import { describe, expect, test } from 'vitest';
import { GreenlightError } from '../../../contract/errors.ts';
import { parsePlan } from '../../../contract/plan/plan.ts';

function problemsOf(data: object, target: object = {}): string[] {
  const orders = {
    id: 'orders-kept',
    title: 'Orders are kept',
    old: 'orders',
    new: 'orders',
    compare: 'rows',
  };
  const { table = {}, ...rest } = data as { table?: object };
  try {
    parsePlan({
      target: {
        ...{ name: 'shop', urls: { app: 'http://127.0.0.1:1' } },
        records: { adapter: 'postgres', url: { secret: 'NEW' } },
        ...target,
      },
      data: { oldMysql: { secret: 'OLD' }, ...rest, tables: [{ ...orders, ...table }] },
    });
  } catch (error) {
    if (error instanceof GreenlightError) return error.problems.map(({ path }) => path);
    throw error;
  }
  return [];
}

describe('a plan whose old side is MariaDB or MySQL', () => {
  test('needs no other old database for rows', () => {
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ budgetMinutes: 5, oldMysql: 'mariadb://app@old/shop' })).toEqual([]);
  });

  test.each<[string, object, string[]]>([
    ['another address', { oldMysql: 'postgres://old/shop' }, ['data.oldMysql']],
    ['another mode', { mode: 'live' }, ['data.mode']],
    ['newAs', { table: { newAs: { a: 't.b' } } }, ['data.tables[0].newAs']],
    ['a watermark', { table: { since: { column: 'at', at: 1 } } }, ['data.tables[0].since']],
    ['tables that are only counted', { table: { compare: 'counts' } }, ['target.old.records']],
    ['the state of two databases', { state: {} }, ['target.old.records']],
    ['no time at all', { budgetMinutes: 0 }, ['data.budgetMinutes']],
  ])('is refused with %s', (_, data, paths) => {
    expect(problemsOf(data)).toEqual(paths);
  });

  test('still needs PostgreSQL as the new side', () => {
    expect(problemsOf({}, { records: { adapter: 'http', url: 'http://127.0.0.1:1' } })).toEqual([
      'data.tables[0].compare',
    ]);
  });
});
