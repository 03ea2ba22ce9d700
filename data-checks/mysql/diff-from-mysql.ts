import { Unavailable, sideUnavailable } from '../../contract/cannot-tell.ts';
import { describeTables, inventory, type Table } from '../postgres/catalog.ts';
import { parseTableName } from '../postgres/names.ts';
import { resolveRelation } from '../postgres/relation.ts';
import { notChecked } from '../postgres/rows/table-answer.ts';
import type { Comparison, Diff, DiffOptions } from '../postgres/rows/diff-options.ts';
import { Meter } from '../postgres/rows/meter.ts';
import type { TableDiff, TablePair } from '../postgres/rows/table-diff.ts';
import { matches } from '../postgres/rows/work-list.ts';
import { openSession, type Session } from '../postgres/session.ts';
import { tableNames } from './catalog.ts';
import { compareTable } from './compare-table.ts';
import { tablesSpelled, twinsOf } from './names.ts';
import { openMysql, type MysqlSession } from './session.ts';

/** Whether an address leads to MariaDB or MySQL. */
export function isMysqlAddress(url: string): boolean {
  return /^(mysql|mariadb):\/\//.test(url);
}

/**
 * Compares tables of a MariaDB or MySQL database (old) with those of a PostgreSQL database (new) row by row, without
 * writing to either. The rows are read, brought into one form and compared by this process.
 * @throws Unavailable when a side can't be opened
 */
export async function diffFromMysql(options: DiffOptions): Promise<Diff> {
  const comparison = await openMysqlComparison(options);
  try {
    const databases = await comparison.databases();
    return { tables: await comparison.all(), notes: comparison.notes, databases };
  } finally {
    await comparison.close();
  }
}

/** @throws Unavailable when a side can't be opened */
export async function openMysqlComparison(options: DiffOptions): Promise<Comparison> {
  const timeoutMs = options.statementTimeoutMs ?? 60_000;
  const open = {
    old: () =>
      openMysql({ url: options.old, timeoutMs }).catch((error: unknown) => {
        throw unlessMissing('old', error);
      }),
    new: async () => {
      try {
        const session = await openSession({ url: options.new, statementTimeoutMs: timeoutMs });
        await session.client.query('savepoint opened');
        return session;
      } catch (error) {
        throw sideUnavailable('new', error);
      }
    },
  };
  let old: MysqlSession = await open.old();
  let next: Session;
  try {
    next = await open.new();
  } catch (error) {
    await old.close();
    throw error;
  }
  const until = options.budgetMs === undefined ? undefined : performance.now() + options.budgetMs;
  const notes = [
    `old is ${old.version}; rows are read and compared by this process, 128 bits of SHA-256 for each`,
    'old: only tables that this user may see; whether it is a replica that lags or stands still was not looked at',
    ...old.notes,
  ];

  /** Puts both sides in order again after a table that could not be read to its end. */
  const recover = async (): Promise<void> => {
    if (old.ended) old = await open.old();
    try {
      await next.client.query('rollback to savepoint opened');
    } catch {
      // Whatever it was, a new session can do without the old one.
      await next.close();
      next = await open.new();
    }
  };
  const letGo = async (): Promise<void> => {
    if (old.ended) return;
    try {
      await old.release();
    } catch {
      // The answer stands. The next table gets a new session, or is told that the server is gone.
      await old.close();
    }
  };
  const compare = async (item: Item, values = options.values ?? 'masked'): Promise<TableDiff> => {
    if ('answer' in item) return item;
    const late = until !== undefined && performance.now() > until;
    if (late)
      return unchecked(item.pair, 'over-budget', 'The time for the comparison was over before the table');
    try {
      await recover();
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      return unchecked(item.pair, 'connection-lost', `The ${error.side} database is gone: ${error.message}`);
    }
    options.onTable?.(item.pair.old);
    const { pair, oldName, table } = item;
    const estimated = 2 * table.estimatedRows;
    const meter = new Meter({ table: pair.old, estimated, until, tell: options.onProgress });
    try {
      return await compareTable(
        { old, new: next, pair, oldName, table, meter },
        { mostShown: options.mostShown ?? 20, values },
      );
    } finally {
      await letGo();
    }
  };
  return {
    notes,
    all: async () => {
      const { tables, others } = await tableNames(old);
      const items =
        options.tables === undefined
          ? everything(tables, await inventory(next.client), options)
          : await named(options.tables, tables, next);
      const only = options.only ?? [];
      notes.push(
        ...others
          .filter(
            (other) =>
              only.length === 0 ||
              only.some((pattern) => matches(pattern, asTable(other.split(' ').at(-1) ?? ''))),
          )
          .map((other) => `not compared: ${other}`),
      );
      const found: TableDiff[] = [];
      for (const item of items) found.push(await compare(item));
      return found;
    },
    one: async (pair, values) => {
      await recover();
      const [item] = await named([pair], (await tableNames(old)).tables, next);
      if (item === undefined) throw new Error(`nothing was found out about ${pair.old}`);
      return compare(item, values);
    },
    databases: async () => {
      const { rows } = await next.client.query<{ database: string }>('select current_database() as database');
      return {
        old: { database: old.database, system: null },
        new: { database: rows[0]?.database ?? '', system: null },
      };
    },
    close: async () => {
      await Promise.all([old.close(), next.close()]);
    },
  };
}

/** Without the client, nothing is said about the database. */
function unlessMissing(side: 'old' | 'new', error: unknown): unknown {
  return error instanceof Error && error.name === 'GreenlightError' ? error : sideUnavailable(side, error);
}

interface Job {
  readonly pair: TablePair;
  readonly oldName: string;
  readonly table: Table;
}
type Item = TableDiff | Job;

/** Tables of both sides by their names; a database of MariaDB has no schemas. */
function everything(olds: readonly string[], news: readonly Table[], options: DiffOptions): readonly Item[] {
  const { only = [], emptyBecause, addedColumns } = options;
  const chosen = (table: Pick<Table, 'schema' | 'name' | 'shown'>): boolean =>
    only.length === 0 || only.some((pattern) => matches(pattern, table));
  const used = new Set<Table>();
  const claims = new Map(olds.map((name) => [name, twinsOf(name, news)]));
  const items = olds.flatMap((name): Item[] => {
    const twins = claims.get(name) ?? [];
    if (!chosen(asTable(name)) && !twins.some(chosen)) return [];
    for (const twin of twins) used.add(twin);
    const [table, ...others] = twins;
    const pair = {
      old: name,
      new: table?.shown ?? name,
      ...(emptyBecause === undefined ? {} : { emptyBecause }),
      ...(addedColumns === undefined ? {} : { addedColumns }),
    };
    if (table === undefined) return [missing(pair)];
    const rivals = olds.filter((rival) => claims.get(rival)?.includes(table));
    if (rivals.length > 1) {
      const reason = `Old has several tables that would be ${table.shown}: ${rivals.join(', ')}. Name the pair in a plan`;
      return [unchecked(pair, 'ambiguous', reason)];
    }
    if (others.length === 0) return [{ pair, oldName: name, table }];
    const places = twins.map(({ shown }) => shown).join(', ');
    return [unchecked(pair, 'ambiguous', `New has several tables of this name: ${places}`)];
  });
  for (const table of news) {
    if (used.has(table) || !chosen(table)) continue;
    items.push(unknownToOld({ old: table.shown, new: table.shown }));
  }
  for (const pattern of only) {
    const known =
      olds.some((name) => matches(pattern, asTable(name))) || news.some((table) => matches(pattern, table));
    if (!known) items.push(noTable({ old: pattern, new: pattern }));
  }
  return items;
}

async function named(
  pairs: readonly TablePair[],
  olds: readonly string[],
  next: Session,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  for (const pair of pairs) {
    const alike = tablesSpelled(pair.old, olds);
    const [oldName] = alike;
    if (alike.length > 1) {
      const reason = `Old has several tables of this name: ${alike.join(', ')}. Write the name as old spells it`;
      items.push(unchecked(pair, 'ambiguous', reason));
      continue;
    }
    const resolved = await resolveRelation(next.client, parseTableName(pair.new));
    if (resolved.kind === 'unreadable') {
      items.push(unchecked(pair, 'unreadable', `new: ${resolved.reason}`));
      continue;
    }
    const [table] =
      resolved.kind === 'found' ? await describeTables(next.client, [resolved.relation.oid]) : [];
    if (oldName !== undefined && table !== undefined) items.push({ pair, oldName, table });
    else if (oldName !== undefined) items.push(missing(pair));
    else items.push(table === undefined ? noTable(pair) : unknownToOld(pair));
  }
  return items;
}

function asTable(name: string): Pick<Table, 'schema' | 'name' | 'shown'> {
  return { schema: '', name, shown: name };
}

function unchecked({ old, new: next }: TablePair, cause: string, reason: string): TableDiff {
  return { old, new: next, ...notChecked(cause, reason), seconds: 0 };
}

function missing(pair: TablePair): TableDiff {
  const reason = `The new database has no table ${pair.new}`;
  return { ...unchecked(pair, 'table-missing', reason), answer: 'different' };
}

function unknownToOld(pair: TablePair): TableDiff {
  const reason = `The old database has no table ${pair.old}, or this user may not see it`;
  return unchecked(pair, 'old-table-missing', reason);
}

function noTable(pair: TablePair): TableDiff {
  return unchecked(pair, 'no-such-table', `Neither side has the table (${pair.old}, ${pair.new})`);
}
