import type { HeldTables, RowCount } from '../postgres/held-tables.ts';
import { matches } from '../postgres/rows/work-list.ts';
import { tableNames } from './catalog.ts';
import { tablesSpelled } from './names.ts';
import { type MysqlSession, quoteName } from './session.ts';

/** Reads which tables a MariaDB or MySQL database has. @throws Error of the server or the driver */
export async function heldInMysql(session: MysqlSession): Promise<HeldTables> {
  const { tables, others } = await tableNames(session);
  return {
    names: tables,
    // A view shows rows of tables that are looked at.
    others: others.filter((other) => !other.startsWith('view ')),
    shownBy: async (names) =>
      new Set(
        names.flatMap((name) => {
          const [table, ...others] = tablesSpelled(name, tables);
          return table === undefined || others.length > 0 ? [] : [table];
        }),
      ),
    count: (name, most) => count(session, name, most),
    twinOf: (name) => tablesSpelled(name, tables)[0],
    matches: (pattern, name) => matches(pattern, { schema: '', name, shown: name }),
    close: () => session.close(),
  };
}

async function count(session: MysqlSession, name: string, most: number): Promise<RowCount> {
  try {
    const [row] = await session.query(
      `select count(*) from (select 1 from ${quoteName(name)} limit ${most + 1}) t`,
    );
    const found = Number(row?.[0]?.toString());
    return { rows: Math.min(found, most), more: found > most };
  } catch (error) {
    if (session.ended) throw error;
    return { rows: null, because: error instanceof Error ? error.message : String(error) };
  }
}
