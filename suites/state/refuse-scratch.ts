import { type SqlPort } from '../../contract/ports/sql-rows.ts';
import { sqlNumber } from '../../contract/ports/sql-rows.ts';
import type { Plan } from '../../contract/plan/plan.ts';
import { databaseAddress } from '../../contract/plan/sql-database.ts';
import { CannotTell } from '../cannot-tell.ts';
import { columnOf, isMysql, withDatabase } from './read-rows.ts';

/**
 * Refuses a scratch database that is one which the plan names in another place, however it is addressed there, or that
 * holds tables. A database that cannot be told from it is as good as the same.
 * @throws CannotTell
 */
export async function refuseScratch(
  plan: Plan,
  scratch: string,
  mayHoldTables: boolean,
  budgetMs: number,
): Promise<void> {
  const { target, data } = plan;
  const named = {
    ...target,
    databases: {
      ...target.databases,
      ...(data.oldMysql !== undefined && { 'data.oldMysql': data.oldMysql }),
    },
  };
  const identityOf = (name: string): Promise<string> =>
    withDatabase(named, name, budgetMs, (sql) => sql.identity());
  const own = await identityOf(scratch);
  const others = [...Object.keys(named.databases), 'records', 'old.records'].filter(
    (name) => name !== scratch && databaseAddress(named, name) !== undefined,
  );
  for (const name of others) {
    if ((await identityOf(name)) !== own) continue;
    throw new CannotTell(
      'scratch-in-use',
      `the scratch database "${scratch}" is the same as "${name}": nothing was restored into it`,
      { remedy: 'name a database that exists for the drill alone' },
    );
  }
  if (mayHoldTables) return;
  const tables = await withDatabase(named, scratch, budgetMs, (sql) =>
    countTables(sql, isMysql(databaseAddress(named, scratch))),
  );
  if (tables === 0) return;
  throw new CannotTell(
    'scratch-not-empty',
    `the scratch database "${scratch}" holds ${tables} tables: nothing was restored into it`,
    { remedy: 'empty it; or say scratchMayHoldTables: true, where the program replaces what is there' },
  );
}

/** `information_schema` has no tables on which a role has no right, and on MariaDB and MySQL those of all databases. */
const OF_POSTGRES = `select count(*) as n from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname not in ('pg_catalog', 'information_schema')
    and n.nspname !~ '^pg_(toast|temp)'`;
const OF_MYSQL = 'select count(*) as n from information_schema.tables where table_schema = database()';

async function countTables(sql: SqlPort, mysql: boolean): Promise<number> {
  const { rows } = await sql.read({ text: mysql ? OF_MYSQL : OF_POSTGRES });
  return columnOf(rows[0] ?? {}, 'n', sqlNumber, 'number');
}
