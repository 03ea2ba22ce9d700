import { columnSql, type Column, type Table } from '../postgres/catalog.ts';
import {
  EXPECTED_COLUMN,
  findColumn,
  isExpected,
  PairingError,
  targetsOf,
  told,
  unknownNames,
} from '../postgres/rows/pairing.ts';
import type { TablePair } from '../postgres/rows/table-diff.ts';
import { agree, type Value, withPolicy } from './agree.ts';
import type { MysqlColumn, MysqlTable } from './catalog.ts';
import { quoteName } from './session.ts';

/** One compared column: what is selected on both sides, and how what comes is brought into one form. */
export interface PairedColumn {
  readonly name: string;
  readonly oldSql: string;
  readonly newSql: string;
  readonly old: (bytes: Buffer) => Value;
  readonly new: (text: string) => Value;
  /** What NULL counts as; undefined: nothing but itself. */
  readonly nullIs: string | undefined;
}

export interface Pairing {
  readonly columns: readonly PairedColumn[];
  /** Places of the key among the columns; empty: rows are compared as a multiset. */
  readonly key: readonly number[];
  readonly notCompared: readonly string[];
}

const AS_EXPECTED = 'as expected';

/**
 * Agrees, column by column, on how two tables are compared. Every column of both sides is either compared or excluded
 * with a reason: a column that nobody mentions, or that can't be compared, is a problem, never left out silently.
 * @throws PairingError
 */
export function pairTables(pair: TablePair, old: MysqlTable, next: Table): Pairing {
  const used = new Set<string>();
  const problems = unsupported(pair);
  const notCompared: string[] = [];
  const columns: PairedColumn[] = [];
  const targets = targetsOf(pair, old.columns);
  for (const column of old.columns) {
    const target = targets.get(column.name) ?? column.name;
    // The exact spelling first: only MariaDB takes names of columns without regard to case.
    const other = findColumn(next.columns, target, targets);
    if (other !== undefined) used.add(other.name);
    const reason = told(pair.exclude, column.name);
    if (reason !== undefined) notCompared.push(`column ${column.name}: ${reason}`);
    else if (other === undefined)
      problems.push(`${next.shown} has no column ${target} for ${old.name}.${column.name}`);
    else {
      const paired = pairColumn(pair, column, other);
      if (typeof paired === 'string') problems.push(paired);
      else {
        columns.push(paired.column);
        notCompared.push(...paired.notes.map((note) => `column ${column.name}: ${note}`));
      }
    }
  }
  for (const column of next.columns) {
    if (used.has(column.name)) continue;
    const constant = told(pair.constants, column.name);
    const reason = told(pair.exclude, column.name);
    if (constant !== undefined) columns.push(constantColumn(column, constant));
    else if (reason !== undefined) notCompared.push(`column ${column.name} of new: ${reason}`);
    else if (column.generated !== '')
      notCompared.push(`column ${column.name} of new: computed by the server`);
    else if (isExpected(pair, column)) notCompared.push(`column ${column.name} of new: ${EXPECTED_COLUMN}`);
    else problems.push(`${old.name} has no column for ${next.shown}.${column.name}`);
  }
  problems.push(...unknownNames(pair, old, next));
  if (columns.length === 0) problems.push('no column is left to compare');
  if (problems.length > 0)
    throw new PairingError(`${problems.join('; ')}. Map it, or exclude it with a reason`);
  const engine = old.withoutSnapshot;
  return {
    columns,
    key: keyOf(pair, old, columns),
    notCompared: [
      ...notCompared,
      ...(old.keepsHistory ? ['former versions of rows, which old keeps (system versioning)'] : []),
      ...(engine === undefined ? [] : [`one moment of old: the engine ${engine} has no snapshots`]),
      ...(pair.oldWhere === undefined ? [] : [`rows of old outside: ${pair.oldWhere}`]),
      ...(pair.newWhere === undefined ? [] : [`rows of new outside: ${pair.newWhere}`]),
    ],
  };
}

function unsupported(pair: TablePair): string[] {
  return [
    ...(pair.since === undefined ? [] : ['since needs two PostgreSQL databases']),
    ...(pair.direction === undefined ? [] : ['direction: rollback needs two PostgreSQL databases']),
    ...(Object.keys(pair.newAs ?? {}).length === 0 ? [] : ['newAs needs two PostgreSQL databases']),
  ];
}

function pairColumn(
  pair: TablePair,
  old: MysqlColumn,
  next: Column,
): string | { readonly column: PairedColumn; readonly notes: readonly string[] } {
  const agreement = agree(old, next);
  if (agreement === undefined) {
    return `values of ${old.name} (${old.shown} on old, ${next.shown} on new) have no form in which both can be compared`;
  }
  const policy = told(pair.policies, old.name);
  const agreed = withPolicy(agreement, policy);
  if (agreed === undefined) {
    return (
      `the policy of ${old.name} (${old.shown} on old, ${next.shown} on new) can't be carried out: it rounds, which needs ` +
      'two PostgreSQL databases, or it is meant for another type (moments: datetime, timestamp and time; trim and ' +
      'letterCase: texts; scale: numbers; json: JSON)'
    );
  }
  const [oldName, newName] = [quoteName(old.name), columnSql(next.name)];
  return {
    notes: agreed.notes,
    column: {
      name: old.name,
      oldSql: agreed.oldSql?.(oldName) ?? oldName,
      newSql: agreed.newSql?.(newName) ?? `(${newName})::text`,
      old: agreed.old,
      new: agreed.new,
      nullIs: policy?.nullIs,
    },
  };
}

/** Both sides are brought to one word where the value is the right one. */
function constantColumn(column: Column, value: string): PairedColumn {
  const sql = columnSql(column.name);
  return {
    name: column.name,
    oldSql: `'${AS_EXPECTED}'`,
    newSql: `case when ${sql} is not distinct from (${value}) then '${AS_EXPECTED}' else concat('is ', ${sql}) end`,
    old: (bytes) => bytes,
    new: (text) => text,
    nullIs: undefined,
  };
}

function keyOf(pair: TablePair, old: MysqlTable, columns: readonly PairedColumn[]): readonly number[] {
  const names = pair.key ?? old.key;
  const places = names.map((name) => columns.findIndex((column) => column.name === name));
  if (!places.includes(-1)) return places;
  if (pair.key !== undefined)
    throw new PairingError(`the key (${names.join(', ')}) needs columns that are compared`);
  // A key of which a part is not compared can't pair rows; they are then compared as they are.
  return [];
}
