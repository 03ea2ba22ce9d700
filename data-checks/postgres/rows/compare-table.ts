import type { Table } from '../catalog.ts';
import { isLostConnection } from '../session.ts';
import { unreadableReason } from '../unreadable.ts';
import { findRows } from './find-rows.ts';
import { type Hashing, sideSql } from './hashing.ts';
import { type Pairing, PairingError, pairTables } from './pairing.ts';
import { showCells } from './show-cells.ts';
import type { Side } from './side.ts';
import type { TableDiff, TablePair } from './table-diff.ts';

export interface CompareOptions {
  readonly hashing: Hashing;
  /** Differing rows that are listed; all are counted. */
  readonly mostShown: number;
  readonly values: 'masked' | 'shown';
}

/**
 * Compares one table. Whatever keeps it from being compared completely is an answer too, and never `equal`.
 * @throws Error when a connection is lost for good: then nothing can be said about any table
 */
export async function compareTable(
  sides: readonly [Side, Side],
  pair: TablePair,
  old: Table,
  next: Table,
  options: CompareOptions,
): Promise<TableDiff> {
  const started = performance.now();
  const done = (answer: Omit<TableDiff, 'old' | 'new' | 'seconds'>): TableDiff => ({
    old: old.shown,
    new: next.shown,
    ...answer,
    seconds: (performance.now() - started) / 1000,
  });
  if (sides[0].main.database === sides[1].main.database && old.oid === next.oid && asksTheSame(pair)) {
    const reason = `${old.shown} of old and ${next.shown} of new are one table of one server: it would be compared with itself`;
    return done(notChecked('same-table', reason));
  }
  let pairing: Pairing;
  try {
    pairing = pairTables(pair, old, next);
  } catch (error) {
    if (!(error instanceof PairingError)) throw error;
    return done(notChecked('columns-differ', error.message));
  }
  try {
    return done(await comparePaired(sides, pairing, options));
  } catch (error) {
    if (isLostConnection(error)) throw error;
    await Promise.all(sides.map((side) => side.recover()));
    return done({ ...described(pairing, options), ...notChecked('unreadable', unreadableReason(error)) });
  }
}

/** Within one table, two filters or two columns can still be compared; the same rows and columns can't. */
function asksTheSame({ oldWhere, newWhere, columns, newAs }: TablePair): boolean {
  const renamed = Object.entries(columns ?? {}).some(([before, after]) => before !== after);
  return oldWhere === newWhere && !renamed && Object.keys(newAs ?? {}).length === 0;
}

/** The answer for a table about which nothing is known. */
export function notChecked(cause: string, reason: string): Omit<TableDiff, 'old' | 'new' | 'seconds'> {
  return {
    answer: 'not-checked',
    cause,
    reason,
    oldRows: null,
    newRows: null,
    missing: null,
    extra: null,
    changed: null,
    differences: [],
    key: [],
    columns: [],
    notCompared: [reason],
    hash: null,
  };
}

function described(pairing: Pairing, options: CompareOptions) {
  return {
    key: pairing.key.map((column) => column.name),
    columns: pairing.columns.map((column) => column.name),
    notCompared: [
      ...pairing.notCompared,
      ...(pairing.pair.oldWhere === undefined ? [] : [`rows of old outside: ${pairing.pair.oldWhere}`]),
      ...(pairing.pair.newWhere === undefined ? [] : [`rows of new outside: ${pairing.pair.newWhere}`]),
    ],
    hash: options.hashing,
  };
}

async function comparePaired(
  sides: readonly [Side, Side],
  pairing: Pairing,
  options: CompareOptions,
): Promise<Omit<TableDiff, 'old' | 'new' | 'seconds'>> {
  const sql = [sideSql(pairing, 'old', options.hashing), sideSql(pairing, 'new', options.hashing)] as const;
  const work = { pairing, sides, sql };
  const { old, new: next, differences } = await findRows(work, options.mostShown);
  const facts = {
    ...described(pairing, options),
    oldRows: Number(old),
    newRows: Number(next),
    missing: differences.missing,
    extra: differences.extra,
    changed: differences.changed,
  };
  if (differences.any) {
    const { missing, extra, changed } = differences;
    return {
      ...facts,
      answer: 'different',
      cause: 'rows-differ',
      reason: `${missing} rows are missing, ${extra} are extra, ${changed} are changed`,
      differences: await showCells(work, differences.first, options.values),
    };
  }
  if (old !== next) throw new Error(`${old} and ${next} rows, but no row was found that differs`);
  if (old === 0n && pairing.pair.emptyBecause === undefined) {
    return {
      ...facts,
      ...notChecked('nothing-compared', 'There are no rows on either side, so nothing was compared'),
      oldRows: 0,
      newRows: 0,
    };
  }
  return {
    ...facts,
    answer: 'equal',
    cause: 'equal',
    reason: old === 0n ? `No rows, as expected: ${pairing.pair.emptyBecause ?? ''}` : `${old} rows are equal`,
    differences: [],
  };
}
