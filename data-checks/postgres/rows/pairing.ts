import { type Column, columnSql, type Table } from '../catalog.ts';
import { quoteIdent } from '../names.ts';
import { agree, type Form, textOf } from './canonical.ts';
import type { HashInput } from './row-hash.ts';
import type { TablePair } from './table-diff.ts';

/** One compared column: its agreed form and the expressions of both sides. */
export interface PairedColumn {
  readonly name: string;
  readonly form: Form;
  readonly old: string;
  readonly new: string;
  /** SQL that is true exactly where the value is NULL; undefined where it never is on either side. */
  readonly absent: { readonly old: string; readonly new: string } | undefined;
  /** The bare columns, where comparing those finds the same rows; they can use an index. */
  readonly bare: { readonly old: string; readonly new: string } | undefined;
}

/** Everything that is needed to compare one table. */
export interface Pairing {
  readonly pair: TablePair;
  readonly old: Table;
  readonly new: Table;
  readonly columns: readonly PairedColumn[];
  /** Columns of the key; empty: rows are compared as a multiset. */
  readonly key: readonly PairedColumn[];
  readonly notCompared: readonly string[];
  /** Conditions of both sides that leave only one segment's share of the rows. */
  readonly share?: readonly [string, string] | undefined;
}

export type SideName = 'old' | 'new';

/** The problems that make a mapping useless; the table is then not checked. */
export class PairingError extends Error {
  override readonly name = 'PairingError';
}

/**
 * Agrees, column by column, on how two tables are compared. Every column of both sides is either compared, computed by
 * the server, or excluded with a reason: a column that nobody mentions is a problem, never left out silently.
 */
export function pairTables(pair: TablePair, old: Table, next: Table): Pairing {
  const used = new Set<string>();
  const problems: string[] = [];
  const notCompared: string[] = [];
  const columns: PairedColumn[] = [];
  const excluded = (name: string): string | undefined => told(pair.exclude, name);
  const targets = targetsOf(pair, old.columns);
  for (const column of old.columns) {
    const reason = excluded(column.name);
    const target = targets.get(column.name) ?? column.name;
    const other = findColumn(next.columns, target, targets);
    if (reason !== undefined) {
      if (other !== undefined) used.add(other.name);
      notCompared.push(`column ${column.name}: ${reason}`);
      continue;
    }
    const computed = told(pair.newAs, column.name);
    if (computed === undefined && other === undefined) {
      problems.push(`${next.shown} has no column ${target} for ${old.shown}.${column.name}`);
      continue;
    }
    if (other !== undefined) used.add(other.name);
    // Another expression gives other values, even where everything that it reads is equal.
    if (computed === undefined && column.generated !== '' && column.generation === other?.generation) {
      notCompared.push(`column ${column.name}: computed by the server in the same way on both sides`);
      continue;
    }
    const shape = computed === undefined && other !== undefined ? other : column;
    const policy = told(pair.policies, column.name);
    const agreement = agree(column, shape, policy);
    notCompared.push(...agreement.notes.map((note) => `column ${column.name}: ${note}`));
    const sql = {
      old: agreement.old(columnSql(column.name)),
      new: agreement.new(computed ?? columnSql(shape.name)),
    };
    const asked =
      agreement.keepsNull && computed === undefined
        ? { old: columnSql(column.name), new: columnSql(shape.name) }
        : sql;
    const mayBeNull = !column.notNull || computed !== undefined || !shape.notNull;
    columns.push({
      name: column.name,
      form: agreement.form,
      ...sql,
      absent: mayBeNull ? isNull(asked) : undefined,
      bare:
        agreement.notes.length === 0 && computed === undefined && agreement.form !== 'bytea'
          ? { old: columnSql(column.name), new: columnSql(shape.name) }
          : undefined,
    });
  }
  for (const column of next.columns) {
    if (used.has(column.name)) continue;
    const constant = told(pair.constants, column.name);
    const reason = excluded(column.name);
    if (constant !== undefined) columns.push(constantColumn(column, constant));
    else if (reason !== undefined) notCompared.push(`column ${column.name} of new: ${reason}`);
    else if (mentioned(pair, column))
      notCompared.push(`column ${column.name} of new: used by a computed column`);
    else if (column.generated !== '')
      notCompared.push(`column ${column.name} of new: computed by the server`);
    else if (isExpected(pair, column)) notCompared.push(`column ${column.name} of new: ${EXPECTED_COLUMN}`);
    else problems.push(`${old.shown} has no column for ${next.shown}.${column.name}`);
  }
  problems.push(...unknownNames(pair, old, next));
  if (columns.length === 0) problems.push('no column is left to compare');
  if (problems.length > 0) {
    throw new PairingError(
      `${problems.join('; ')}. Map it (columns, newAs, constants) or exclude it with a reason`,
    );
  }
  return { pair, old, new: next, columns, key: keyOf(pair, old, columns), notCompared };
}

export const EXPECTED_COLUMN = 'added, and the plan expects columns that may be NULL or have a default';

/** Whether a column of new alone is one that the plan expects: old rows could be moved without a value for it. */
export function isExpected(
  { addedColumns }: TablePair,
  column: Pick<Column, 'mayBeNull' | 'hasDefault'>,
): boolean {
  return addedColumns === 'expected' && (column.hasDefault || column.mayBeNull);
}

/** What a mapping says about a column. A column may be called `constructor`, which every object seems to have. */
export function told<T>(by: Readonly<Record<string, T>> | undefined, column: string): T | undefined {
  return by !== undefined && Object.hasOwn(by, column) ? by[column] : undefined;
}

interface Named {
  readonly name: string;
}

/** Where each column of old went, as the plan says or by its own name. */
export function targetsOf(
  pair: Pick<TablePair, 'columns'>,
  columns: readonly Named[],
): ReadonlyMap<string, string> {
  return new Map(columns.map(({ name }) => [name, told(pair.columns, name) ?? name]));
}

/**
 * The column of new that is meant. Written without regard to case only where no other column of old means that one: a
 * table may have both `ID` and `id`, and one of them that new lacks must not be taken for the other.
 */
export function findColumn<T extends Named>(
  columns: readonly T[],
  target: string,
  targets: ReadonlyMap<string, string>,
): T | undefined {
  const exact = columns.find((column) => column.name === target);
  if (exact !== undefined) return exact;
  const folded = target.toLowerCase();
  const rivals = [...targets.values()].filter((other) => other.toLowerCase() === folded);
  return rivals.length > 1 ? undefined : columns.find((column) => column.name === folded);
}

function constantColumn(column: Column, value: string): PairedColumn {
  const { form, new: cast } = agree(column, column);
  // The old side is the value itself, in the new column's type where the old server is sure to have it.
  const typed = column.builtIn === undefined ? `((${value})::text)` : `((${value})::${column.shown})`;
  const sql = { old: cast(typed), new: cast(columnSql(column.name)) };
  return { name: column.name, form, ...sql, absent: isNull(sql), bare: undefined };
}

function isNull(sql: Record<SideName, string>): Record<SideName, string> {
  return { old: `(${sql.old}) is null`, new: `(${sql.new}) is null` };
}

/** A computed column names the columns that it reads, so those are compared through it. */
function mentioned(pair: TablePair, column: Column): boolean {
  const text = Object.values(pair.newAs ?? {}).join(' ');
  if (text.includes(quoteIdent(column.name))) return true;
  // Without quotes, the server takes a name for the one in small letters.
  return (
    column.name === column.name.toLowerCase() &&
    new RegExp(`\\bt\\.${escapeRegExp(column.name)}\\b`, 'i').test(text)
  );
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

interface WithColumns {
  readonly columns: readonly Named[];
}

/** What the mapping says about columns that are not there. */
export function unknownNames(pair: TablePair, old: WithColumns, next: WithColumns): string[] {
  const inOld = new Set(old.columns.map((column) => column.name));
  const inNew = new Set(next.columns.map((column) => column.name));
  const lost = (names: readonly string[], known: ReadonlySet<string>, where: string): string[] =>
    names
      .filter((name) => !known.has(name))
      .map((name) => `${where} names the column ${name}, which is not there`);
  return [
    ...lost(Object.keys(pair.columns ?? {}), inOld, 'columns'),
    ...lost(Object.keys(pair.newAs ?? {}), inOld, 'newAs'),
    ...lost(Object.keys(pair.policies ?? {}), inOld, 'policies'),
    ...lost(Object.keys(pair.constants ?? {}), inNew, 'constants'),
    ...lost(Object.keys(pair.exclude ?? {}), new Set([...inOld, ...inNew]), 'exclude'),
    ...lost(pair.key ?? [], inOld, 'key'),
    ...lost(pair.since === undefined ? [] : [pair.since.column], inNew, 'since'),
  ];
}

function keyOf(pair: TablePair, old: Table, columns: readonly PairedColumn[]): readonly PairedColumn[] {
  const names = pair.key ?? old.key;
  const key = names.map((name) => columns.find((column) => column.name === name));
  const found = key.filter((column): column is PairedColumn => column !== undefined);
  if (pair.key !== undefined && found.length < names.length) {
    throw new PairingError(`the key (${names.join(', ')}) needs columns that are compared`);
  }
  // A key of which a part is not compared can't pair rows; they are then compared as they are.
  return found.length === names.length ? found : [];
}

/** The inputs of the row's hash on one side. */
export function hashInputs(columns: readonly PairedColumn[], side: SideName): HashInput[] {
  return columns.map((column) => ({ form: column.form, sql: column[side], absent: column.absent?.[side] }));
}

/** The text of one column on one side. */
export function columnText(column: PairedColumn, side: SideName): string {
  return textOf(column.form, column[side]);
}

/** `from ... where ...` of one side, with the mapping's filter and more conditions. */
export function source(
  pairing: Pairing,
  side: SideName,
  from = pairing[side].from,
  ...conditions: string[]
): string {
  const filter = side === 'old' ? pairing.pair.oldWhere : pairing.pair.newWhere;
  const share = pairing.share?.[side === 'old' ? 0 : 1];
  const all = [
    // The newline ends a filter that ends in a comment.
    ...(filter === undefined ? [] : [`(${filter}\n)`]),
    ...(share === undefined ? [] : [`(${share})`]),
    ...conditions,
  ];
  return `from ${from} t${all.length > 0 ? ` where ${all.join(' and ')}` : ''}`;
}
