import { sideUnavailable } from '../../contract/cannot-tell.ts';
import { GreenlightError } from '../../contract/errors.ts';
import { describeTable, tableNames } from '../mysql/catalog.ts';
import { isMysqlAddress } from '../mysql/diff-from-mysql.ts';
import { twinsOf } from '../mysql/names.ts';
import { type MysqlSession, openMysql, quoteName } from '../mysql/session.ts';
import { inventory, type Table } from '../postgres/catalog.ts';
import { openSession, type Session } from '../postgres/session.ts';

/** One column, as far as suggestions need it. */
export interface KnownColumn {
  readonly name: string;
  /** As its server prints it. */
  readonly type: string;
  /** Whether old rows could be moved without a value for it. */
  readonly mayBeLeftOut: boolean;
  readonly computed: boolean;
}

/** One table of one side. */
export interface KnownTable {
  /** As SQL and the comparison of rows name it: `public.orders`, or `orders` for MariaDB and MySQL. */
  readonly shown: string;
  /** Empty for MariaDB and MySQL. */
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly KnownColumn[];
  /** Columns that identify a row; empty without a key. */
  readonly key: readonly string[];
  /** Why it could not be described; then its columns and key are not known. */
  readonly unreadable: string | undefined;
  /** Null where nobody could look. */
  readonly isEmpty: boolean | null;
  /** Why its rows are lost with a crash, or not replicated. */
  readonly notDurable: string | undefined;
}

/** One side, as of one moment. */
export interface KnownSide {
  readonly dialect: 'postgres' | 'mysql';
  readonly tables: readonly KnownTable[];
}

/** The tables of two databases. */
export interface Inventory {
  readonly old: KnownSide;
  readonly new: KnownSide;
}

/**
 * Reads which tables two databases have. Only the catalogue is read, and one row of each table at most.
 * @throws Unavailable when a side can't be opened or read
 */
export async function readInventory(options: {
  readonly old: string;
  readonly new: string;
  readonly statementTimeoutMs: number;
}): Promise<Inventory> {
  const side = async (name: 'old' | 'new'): Promise<KnownSide> => {
    try {
      return isMysqlAddress(options[name])
        ? await ofMysql(options[name], options.statementTimeoutMs)
        : await ofPostgres(options[name], options.statementTimeoutMs);
    } catch (error) {
      throw error instanceof GreenlightError ? error : sideUnavailable(name, error);
    }
  };
  return { old: await side('old'), new: await side('new') };
}

async function ofPostgres(url: string, statementTimeoutMs: number): Promise<KnownSide> {
  const session = await openSession({ url, statementTimeoutMs });
  try {
    const tables = await inventory(session.client);
    const unlogged = await unloggedOf(session, tables);
    const known: KnownTable[] = [];
    for (const table of tables) {
      known.push({
        shown: table.shown,
        schema: table.schema,
        name: table.name,
        columns: table.columns.map((column) => ({
          name: column.name,
          type: column.shown,
          mayBeLeftOut: column.mayBeNull || column.hasDefault,
          computed: column.generated !== '',
        })),
        key: table.key,
        unreadable: table.unreadable,
        isEmpty: await isEmptyPostgres(session, table),
        notDurable: unlogged.has(table.oid)
          ? 'is unlogged: neither a crash nor replication keeps its rows'
          : undefined,
      });
    }
    return { dialect: 'postgres', tables: known };
  } finally {
    await session.close();
  }
}

async function unloggedOf({ client }: Session, tables: readonly Table[]): Promise<ReadonlySet<number>> {
  const { rows } = await client.query<{ oid: string }>(
    `select oid::text as oid from pg_catalog.pg_class where oid = any($1::oid[]) and relpersistence = 'u'`,
    [tables.map(({ oid }) => oid)],
  );
  return new Set(rows.map(({ oid }) => Number(oid)));
}

/** An error must not end the transaction: the other tables are looked at in it, too. */
async function isEmptyPostgres({ client }: Session, { from, unreadable }: Table): Promise<boolean | null> {
  if (unreadable !== undefined) return null;
  await client.query('savepoint looked');
  try {
    return (await client.query(`select from ${from} limit 1`)).rowCount === 0;
  } catch (error) {
    // What the role may not read, or somebody has locked; a lost connection shows with the next statement.
    if (!(error instanceof Error)) throw error;
    return null;
  } finally {
    await client.query('rollback to savepoint looked; release savepoint looked');
  }
}

async function ofMysql(url: string, timeoutMs: number): Promise<KnownSide> {
  const session = await openMysql({ url, timeoutMs });
  try {
    const { tables } = await tableNames(session);
    const known: KnownTable[] = [];
    for (const name of tables) known.push(await mysqlTable(session, name));
    return { dialect: 'mysql', tables: known };
  } finally {
    await session.close();
  }
}

async function mysqlTable(session: MysqlSession, name: string): Promise<KnownTable> {
  try {
    return await describedMysqlTable(session, name);
  } catch (error) {
    if (session.ended || !(error instanceof Error)) throw error;
    // A table that this user may not read; the others are known all the same.
    const nothing = { columns: [], key: [], isEmpty: null, notDurable: undefined };
    return { shown: name, schema: '', name, ...nothing, unreadable: error.message };
  }
}

async function describedMysqlTable(session: MysqlSession, name: string): Promise<KnownTable> {
  const table = await describeTable(session, name);
  const rows = await session.query(`select 1 from ${quoteName(name)} limit 1`);
  return {
    shown: name,
    schema: '',
    name,
    columns: table.columns.map((column) => ({
      name: column.name,
      type: column.shown,
      // Only of columns that new has alone this is asked, and MariaDB is never new.
      mayBeLeftOut: false,
      computed: false,
    })),
    key: table.key,
    unreadable: undefined,
    isEmpty: rows.length === 0,
    notDurable:
      table.withoutSnapshot === undefined
        ? undefined
        : `is kept by ${table.withoutSnapshot}, which has no transactions`,
  };
}

/** The table of new that bears the name of one of old, if there is just one. */
export function twinOf(table: KnownTable, from: Inventory): KnownTable | undefined {
  const twins =
    from.old.dialect === 'mysql'
      ? twinsOf(table.name, from.new.tables)
      : from.new.tables.filter(({ shown }) => shown === table.shown);
  return twins.length === 1 ? twins[0] : undefined;
}
