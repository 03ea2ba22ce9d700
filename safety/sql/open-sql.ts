import { Unavailable } from '../../contract/cannot-tell.ts';
import { type SqlPort } from '../../contract/ports/sql-rows.ts';
import type { SqlLimits } from './limits.ts';
import { openMysqlRows } from './mysql-rows.ts';
import { openPostgresRows } from './postgres-rows.ts';

const DEFAULTS: SqlLimits = { statementTimeoutMs: 5000, mostRows: 1000 };

/**
 * The door to a database for one statement that reads, and its rows: PostgreSQL, MariaDB or MySQL by the address. Nothing
 * is connected before the first question.
 * @param url connection string, already resolved
 * @throws Unavailable for the address of another kind of database
 */
export function openSql(url: string, limits: Partial<SqlLimits> = {}): SqlPort {
  const all = { ...DEFAULTS, ...limits };
  if (/^postgres(?:ql)?:\/\//.test(url)) return openPostgresRows(url, all);
  if (/^(?:mysql|mariadb):\/\//.test(url)) return openMysqlRows(url, all);
  throw new Unavailable(
    'the address is of no database that can be asked',
    'let it begin with postgres://, mysql:// or mariadb://',
  );
}
