import { Unavailable } from '../../contract/cannot-tell.ts';
import { type SqlPort, type SqlQuery, type SqlRows, type SqlValue } from '../../contract/ports/sql-rows.ts';
import { databaseAddress } from '../../contract/plan/sql-database.ts';
import type { SecretString } from '../../contract/plan/secret.ts';
import type { Target } from '../../contract/plan/target.ts';
import { resolveSecret } from '../../safety/secrets.ts';
import { openSql } from '../../safety/sql/open-sql.ts';
import { CannotTell } from '../cannot-tell.ts';

/** Asks a database of the target by its name, for as long as `work` takes. @throws CannotTell */
export async function withDatabase<T>(
  target: Target,
  name: string,
  budgetMs: number,
  work: (sql: SqlPort) => Promise<T>,
): Promise<T> {
  const address = databaseAddress(target, name);
  if (address === undefined) throw new CannotTell('database-unnamed', `the target has no database "${name}"`);
  let sql: SqlPort | undefined;
  try {
    sql = openSql(resolveSecret(address), { statementTimeoutMs: budgetMs });
    return await work(sql);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    throw databaseUnavailable(name, error);
  } finally {
    await sql?.close();
  }
}

/** A database of the target that cannot be asked, by its name. */
export function databaseUnavailable(name: string, error: Unavailable): CannotTell {
  return new CannotTell('database-unavailable', `the database "${name}": ${error.message}`, {
    cause: error,
    remedy: error.remedy,
  });
}

/** Whether an address is of MariaDB or MySQL, which write names and functions in another way. */
export function isMysql(address: SecretString | undefined): boolean {
  return address !== undefined && /^(?:mysql|mariadb):/.test(resolveSecret(address));
}

/** All rows of one statement. @throws CannotTell where there are more than are read, or the database can't be asked */
export async function readAllRows(sql: SqlPort, query: SqlQuery): Promise<SqlRows> {
  const seen = await sql.read(query);
  if (!seen.more) return seen;
  throw new CannotTell('too-many-rows', `the statement gave more than ${seen.rows.length} rows`, {
    remedy: 'let it count, group or limit: what lies behind them would not be looked at',
  });
}

/** What a column must hold. */
export type Reading<T> = (value: SqlValue | undefined) => T | undefined;

/** @throws CannotTell where the statement has no such column, or another kind of value in it */
export function columnOf<T>(
  row: Readonly<Record<string, SqlValue>>,
  name: string,
  read: Reading<T>,
  wanted: string,
): T {
  const value = read(row[name]);
  if (value !== undefined) return value;
  const there = name in row ? `holds no ${wanted}` : `is none of: ${Object.keys(row).join(', ')}`;
  throw new CannotTell('column-missing', `the column "${name}" of the statement ${there}`, {
    remedy: `let the statement select it: … as ${name}`,
  });
}
