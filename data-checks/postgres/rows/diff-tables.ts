import { describeTables, inventory, type Table } from '../catalog.ts';
import { NameError, parseTableName } from '../names.ts';
import { type Resolved, resolveRelation } from '../relation.ts';
import { compareTable, type CompareOptions, notChecked } from './compare-table.ts';
import { selfTest } from './known-answers.ts';
import type { SideName } from './pairing.ts';
import { openSide, type Side } from './side.ts';
import type { TableDiff, TablePair } from './table-diff.ts';

export interface DiffOptions {
  /** `postgres://` addresses of both databases. */
  readonly old: string;
  readonly new: string;
  /** What to compare; without it, every table of both sides by its name. */
  readonly tables?: readonly TablePair[];
  /** Names or patterns (`shop.*`, `order*`) that choose among all tables, when `tables` is not given. */
  readonly only?: readonly string[];
  /** Longest time of one statement in milliseconds; default 60,000. */
  readonly statementTimeoutMs?: number;
  /** Sessions that hash at the same time on each side; default 2. */
  readonly workers?: number;
  /** Bits of hash for each row; default 64. */
  readonly bits?: 64 | 128;
  /** Hashes with sha256 whatever the servers' own functions say. */
  readonly portable?: boolean;
  /** Differing rows that are listed for each table; all are counted. Default 20. */
  readonly mostShown?: number;
  /** Whether the values of differing cells may be shown; default `masked`. Keys are always shown. */
  readonly values?: 'masked' | 'shown';
  /** Why tables without any rows on both sides are right, when `tables` is not given. */
  readonly emptyBecause?: string;
  /** Told before each table that is compared. */
  readonly onTable?: (table: string) => void;
}

/** Everything that was found about two databases. */
export interface Diff {
  readonly tables: readonly TableDiff[];
  /** What is true of the whole comparison: the way of hashing. */
  readonly notes: readonly string[];
}

/** Two databases, each open as of one moment. */
export interface Comparison {
  /** What is true of the whole comparison: the way of hashing. */
  readonly notes: readonly string[];
  /** The tables that were asked for, or all of both sides, each compared. */
  all(): Promise<readonly TableDiff[]>;
  /** Compares one table. @throws Error when a connection is lost for good */
  one(pair: TablePair, values?: 'masked' | 'shown'): Promise<TableDiff>;
  close(): Promise<void>;
}

/** One of the databases can't be compared at all. */
export class SideUnavailable extends Error {
  override readonly name = 'SideUnavailable';
  readonly side: SideName;
  constructor(side: SideName, cause: unknown) {
    super(cause instanceof Error ? cause.message || cause.name : String(cause), { cause });
    this.side = side;
  }
}

/**
 * Compares tables of two PostgreSQL databases row by row, without writing to either. Each side is read as of one
 * moment. Every table that was asked for, or that one of the sides has, is in the answer.
 * @throws SideUnavailable when a side can't be opened; Error of the server or the driver when a connection is lost for
 *   good, or the servers can't be compared at all
 */
export async function diffTables(options: DiffOptions): Promise<Diff> {
  const comparison = await openComparison(options);
  try {
    return { tables: await comparison.all(), notes: comparison.notes };
  } finally {
    await comparison.close();
  }
}

/**
 * Opens both sides and finds out how their rows can be hashed.
 * @throws as `diffTables`
 */
export async function openComparison(options: DiffOptions): Promise<Comparison> {
  const sides = await openSides(options);
  const close = async (): Promise<void> => {
    await Promise.all(sides.map((side) => side.close()));
  };
  try {
    const [old, next] = sides;
    const test = await selfTest(old.main.client, next.main.client);
    const compare: CompareOptions = {
      hashing: { way: options.portable === true ? 'portable' : test.way, bits: options.bits ?? 64 },
      mostShown: options.mostShown ?? 20,
      values: options.values ?? 'masked',
    };
    const work = async (item: Item, more: Partial<CompareOptions> = {}): Promise<TableDiff> => {
      if ('answer' in item) return item;
      options.onTable?.(item.pair.old);
      return compareTable(sides, item.pair, item.old, item.new, { ...compare, ...more });
    };
    return {
      notes: test.notes,
      all: async () => {
        const tables: TableDiff[] = [];
        for (const item of await workList(old, next, options)) tables.push(await work(item));
        return tables;
      },
      one: async (pair, values) => {
        const [item] = await named(old, next, [pair]);
        if (item === undefined) throw new Error(`nothing was found out about ${pair.old}`);
        return work(item, values === undefined ? {} : { values });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openSides(options: DiffOptions): Promise<readonly [Side, Side]> {
  const common = { statementTimeoutMs: options.statementTimeoutMs ?? 60_000, workers: options.workers ?? 2 };
  const open = (name: SideName): Promise<Side> =>
    openSide({ ...common, name, url: options[name] }).catch((error: unknown) => {
      throw new SideUnavailable(name, error);
    });
  const opened = await Promise.allSettled([open('old'), open('new')]);
  const sides = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const [old, next] = sides;
  if (old !== undefined && next !== undefined) return [old, next];
  await Promise.all(sides.map((side) => side.close()));
  const failed = opened.find((result) => result.status === 'rejected');
  throw failed?.reason;
}

type Item = TableDiff | { readonly pair: TablePair; readonly old: Table; readonly new: Table };

async function workList(old: Side, next: Side, options: DiffOptions): Promise<readonly Item[]> {
  return options.tables === undefined
    ? everything(old, next, options.only ?? [], options.emptyBecause)
    : named(old, next, options.tables);
}

async function everything(
  old: Side,
  next: Side,
  only: readonly string[],
  emptyBecause: string | undefined,
): Promise<readonly Item[]> {
  const [before, after] = await Promise.all([inventory(old.main.client), inventory(next.main.client)]);
  const chosen = (table: Table): boolean =>
    only.length === 0 || only.some((pattern) => matches(pattern, table));
  const others = new Map(after.map((table) => [table.shown, table]));
  const items: Item[] = before.filter(chosen).map((table) => {
    const other = others.get(table.shown);
    others.delete(table.shown);
    return other === undefined
      ? oneSided(table.shown, table.shown, 'new')
      : {
          pair: {
            old: table.shown,
            new: table.shown,
            ...(emptyBecause === undefined ? {} : { emptyBecause }),
          },
          old: table,
          new: other,
        };
  });
  for (const table of others.values())
    if (chosen(table)) items.push(oneSided(table.shown, table.shown, 'old'));
  for (const pattern of only) {
    if (![...before, ...after].some((table) => matches(pattern, table))) {
      items.push(absent(pattern, pattern, 'no-such-table', `No table on either side is called ${pattern}`));
    }
  }
  return items;
}

/** `orders`, `shop.orders`, `shop.*`, `order*`: a pattern with a dot is for the qualified name. */
function matches(pattern: string, table: Table): boolean {
  const expression = new RegExp(
    `^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`,
    'i',
  );
  return (
    expression.test(`${table.schema}.${table.name}`) ||
    expression.test(table.name) ||
    expression.test(table.shown)
  );
}

async function named(old: Side, next: Side, pairs: readonly TablePair[]): Promise<readonly Item[]> {
  const find = async (side: Side, name: string): Promise<Table | 'missing' | { readonly reason: string }> => {
    let resolved: Resolved;
    try {
      resolved = await resolveRelation(side.main.client, parseTableName(name));
    } catch (error) {
      if (!(error instanceof NameError)) throw error;
      return { reason: error.message };
    }
    if (resolved.kind === 'missing') return 'missing';
    if (resolved.kind === 'unreadable') return { reason: resolved.reason };
    const [table] = await describeTables(side.main.client, [resolved.relation.oid]);
    return table ?? 'missing';
  };
  const items: Item[] = [];
  for (const pair of pairs) {
    const [before, after] = await Promise.all([find(old, pair.old), find(next, pair.new)]);
    if (before === 'missing' && after === 'missing') {
      items.push(
        absent(pair.old, pair.new, 'no-such-table', `Neither side has the table (${pair.old}, ${pair.new})`),
      );
    } else if (after === 'missing') items.push(oneSided(pair.old, pair.new, 'new'));
    else if (before === 'missing') items.push(oneSided(pair.old, pair.new, 'old'));
    else if ('reason' in before)
      items.push(absent(pair.old, pair.new, 'unreadable', `old: ${before.reason}`));
    else if ('reason' in after) items.push(absent(pair.old, pair.new, 'unreadable', `new: ${after.reason}`));
    else items.push({ pair, old: before, new: after });
  }
  return items;
}

function absent(old: string, next: string, cause: string, reason: string): TableDiff {
  return { old, new: next, ...notChecked(cause, reason), seconds: 0 };
}

/** A table that is on one side only. Lost on new is a difference; only on new, there is nothing to compare it with. */
function oneSided(old: string, next: string, lacks: 'old' | 'new'): TableDiff {
  return lacks === 'new'
    ? { ...absent(old, next, 'table-missing', `The new database has no table ${next}`), answer: 'different' }
    : absent(old, next, 'old-table-missing', `The old database has no table ${old}`);
}
