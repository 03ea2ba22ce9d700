import { describeTables, inventory, type Table } from '../catalog.ts';
import { NameError, type NamePart, parseTableName } from '../names.ts';
import { type Resolved, resolveRelation } from '../relation.ts';
import { notChecked } from './table-answer.ts';
import type { Side } from './side.ts';
import type { TableDiff, TablePair } from './table-diff.ts';

/** A table that both sides have. */
export interface Job {
  readonly pair: TablePair;
  readonly old: Table;
  readonly new: Table;
}

/** A table to compare, or the answer where there is nothing to. */
export type Item = TableDiff | Job;

/** What to compare: the given pairs, or all tables of both sides that the patterns choose. */
export interface Choice {
  readonly tables?: readonly TablePair[];
  readonly only?: readonly string[];
  readonly emptyBecause?: string;
  readonly addedColumns?: 'expected';
  readonly since?: NonNullable<TablePair['since']>;
  readonly direction?: 'rollback';
}

/** Every table that was asked for, or that one of the sides has. */
export async function workList(old: Side, next: Side, choice: Choice): Promise<readonly Item[]> {
  return choice.tables === undefined ? everything(old, next, choice) : named(old, next, choice.tables);
}

async function everything(old: Side, next: Side, choice: Choice): Promise<readonly Item[]> {
  const { only = [], emptyBecause, since, direction, addedColumns } = choice;
  const [before, after] = await Promise.all([inventory(old.main.client), inventory(next.main.client)]);
  const chosen = chosenBy(only, [...before, ...after]);
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
            ...(addedColumns === undefined ? {} : { addedColumns }),
            ...(direction === undefined ? {} : { direction }),
            ...(since !== undefined && other.columns.some((column) => column.name === since.column)
              ? { since }
              : {}),
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

/** Whoever names a table means what a plain `select` from it shows: also the rows of tables that inherit from it. */
function chosenBy(only: readonly string[], tables: readonly Table[]): (table: Table) => boolean {
  if (only.length === 0) return () => true;
  const named = tables.filter((table) => only.some((pattern) => matches(pattern, table)));
  const names = new Set(named.flatMap((table) => [table.shown, ...table.children]));
  return (table) => names.has(table.shown);
}

/** `orders`, `shop.orders`, `shop.*`, `order*`: a pattern with a dot is for the qualified name. */
export function matches(pattern: string, table: Pick<Table, 'schema' | 'name' | 'shown'>): boolean {
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

/** The given tables, found by their names. */
export async function named(old: Side, next: Side, pairs: readonly TablePair[]): Promise<readonly Item[]> {
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
    else {
      const other = await otherSpelling(old, pair, before, after);
      items.push(
        other === undefined
          ? { pair, old: before, new: after }
          : absent(before.shown, after.shown, 'ambiguous', other),
      );
    }
  }
  return items;
}

/** One name that means `"Orders"` on old and `orders` on new, although old has an `orders` as well. */
async function otherSpelling(
  old: Side,
  pair: TablePair,
  before: Table,
  after: Table,
): Promise<string | undefined> {
  if (pair.old !== pair.new || before.name === after.name) return undefined;
  const written = (text: string): NamePart => ({ text, quoted: true });
  const rival = await resolveRelation(old.main.client, {
    schema: written(before.schema),
    table: written(after.name),
  });
  if (rival.kind === 'missing') return undefined;
  return `${pair.old} is ${before.shown} on old and ${after.shown} on new, and old has ${after.name} too: write each name in double quotes`;
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
