import { expect, test } from 'vitest';
import { identityOfMysql } from '../../../../safety/sql/mysql-rows.ts';

const ROW = ['db-1', '3306', '/var/lib/mysql/', 'shop', '1796000000'];

/** A server that has one of the tables, and says of the other one what servers say. */
function server(has: string, errno: number, rows: readonly (string | null)[][] = [ROW]) {
  return (sql: string) =>
    sql.includes(has)
      ? Promise.resolve({ rows, columns: [] })
      : Promise.reject(Object.assign(new Error('no such table'), { errno }));
}

test.each([
  ['MariaDB', 'information_schema.global_status', 0],
  ['MySQL 5.7', 'performance_schema.global_status', 3167],
  ['MySQL 8', 'performance_schema.global_status', 1109],
])('%s says which database it is', async (_, has, errno) => {
  expect(await identityOfMysql(server(has, errno))).toBe('db-1/3306//var/lib/mysql//shop/1796000000');
});

test('a server that breaks, or does not say it, has no identity that another one could share', async () => {
  await expect(identityOfMysql(server('nowhere', 1045))).rejects.toThrow('no such table');
  await expect(identityOfMysql(server('information_schema.global_status', 0, []))).rejects.toThrow(
    'since when it runs',
  );
});
