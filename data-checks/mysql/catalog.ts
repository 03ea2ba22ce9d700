import { type MysqlSession, quoteName, type RawRow } from './session.ts';

/** One column as `information_schema` describes it. */
export interface MysqlColumn {
  readonly name: string;
  /** `varchar`, `tinyint`, `datetime`... */
  readonly type: string;
  /** As declared: `int(10) unsigned`. */
  readonly shown: string;
  /** Bits of a `bit` column; digits of numbers. */
  readonly precision: number;
  /** Whether it is text; otherwise bytes are bytes. */
  readonly text: boolean;
}

export interface MysqlTable {
  readonly name: string;
  readonly columns: readonly MysqlColumn[];
  /** Columns of the primary key, or of a unique index over columns that can't be NULL; empty without one. */
  readonly key: readonly string[];
  /** For planning of work only. */
  readonly estimatedRows: number;
  /** The engine, where it has no snapshots. */
  readonly withoutSnapshot: string | undefined;
  /** Whether it keeps former versions of its rows: those are never read. */
  readonly keepsHistory: boolean;
}

/** Engines whose rows are read as of the moment at which the session began. */
const WITH_SNAPSHOT = ['innodb', 'rocksdb', 'tokudb'];

/** Names of all tables of the database that this user may see, and of what is no table. */
export async function tableNames(
  session: MysqlSession,
): Promise<{ readonly tables: readonly string[]; readonly others: readonly string[] }> {
  const rows = await session.query(
    `select table_name, table_type from information_schema.tables where table_schema = database() order by table_name`,
  );
  const isTable = (row: RawRow): boolean => ['BASE TABLE', 'SYSTEM VERSIONED'].includes(text(row[1]));
  return {
    tables: rows.filter(isTable).map((row) => text(row[0])),
    others: rows.filter((row) => !isTable(row)).map((row) => `${text(row[1]).toLowerCase()} ${text(row[0])}`),
  };
}

/**
 * One table with all its columns.
 * @throws Error of the server, also where this user may not read all of its columns
 */
export async function describeTable(session: MysqlSession, name: string): Promise<MysqlTable> {
  // The catalogue leaves out columns that the user may not read; this is refused then.
  const there = await session.columnsOf(`select * from ${quoteName(name)} limit 0`);
  const columns = (
    await session.query(
      `select column_name, data_type, column_type, coalesce(numeric_precision, 0), character_set_name is not null
         from information_schema.columns where table_schema = database() and table_name = ? order by ordinal_position`,
      [name],
    )
  ).map(([column, type, shown, precision, isText]): MysqlColumn => ({
    name: text(column),
    type: text(type).toLowerCase(),
    shown: text(shown),
    precision: Number(text(precision)),
    text: text(isText) === '1',
  }));
  const unseen = [...there, ...(await declared(session, name))].filter(
    (column) => !columns.some((known) => known.name === column),
  );
  if (unseen.length > 0) throw new Error(`the catalogue does not describe ${name}.${unseen.join(', ')}`);
  const [facts] = await session.query(
    `select coalesce(engine, ''), coalesce(table_rows, 0), table_type from information_schema.tables
      where table_schema = database() and table_name = ?`,
    [name],
  );
  const engine = text(facts?.[0]);
  return {
    name,
    columns,
    key: await keyOf(session, name),
    estimatedRows: Number(text(facts?.[1])),
    withoutSnapshot: WITH_SNAPSHOT.includes(engine.toLowerCase()) ? undefined : engine,
    keepsHistory: text(facts?.[2]) === 'SYSTEM VERSIONED',
  };
}

/**
 * Columns as the table declares them, each on a line of its own, with the INVISIBLE ones: `select *` leaves those out, and
 * the catalogue too where the user may not read them.
 */
async function declared(session: MysqlSession, name: string): Promise<readonly string[]> {
  const [row] = await session.query(`show create table ${quoteName(name)}`);
  const columns = [...text(row?.[1]).matchAll(/^ +`((?:[^`]|``)+)` /gm)].map(([, column = '']) => column);
  if (columns.length === 0) throw new Error(`the server does not tell how ${name} was created`);
  return columns.map((column) => column.replaceAll('``', '`'));
}

async function keyOf(session: MysqlSession, name: string): Promise<readonly string[]> {
  const rows = await session.query(
    `select s.index_name, s.column_name, s.nullable, s.sub_part is null from information_schema.statistics s
      where s.table_schema = database() and s.table_name = ? and s.non_unique = 0
      order by s.index_name <> 'PRIMARY', s.index_name, s.seq_in_index`,
    [name],
  );
  const indexes = new Map<string, RawRow[]>();
  for (const row of rows) {
    const index = text(row[0]);
    indexes.set(index, [...(indexes.get(index) ?? []), row]);
  }
  // An index over a part of a column, or over an expression, says nothing about whole values.
  const sound = [...indexes.values()].find((parts) =>
    parts.every(
      ([, column, nullable, whole]) => column !== null && text(nullable) !== 'YES' && text(whole) === '1',
    ),
  );
  return (sound ?? []).map((row) => text(row[1]));
}

function text(value: Buffer | null | undefined): string {
  return value?.toString() ?? '';
}
