import type { Plan } from '../contract/plan/plan.ts';
import { sideOf, type TableMapping } from '../contract/plan/table-mapping.ts';
import { budgetEnd } from './budget.ts';
import { type Connection, postgresAddress, unavailable } from './connection.ts';
import { resolveSecret } from '../safety/secrets.ts';
import { openMysqlComparison } from './mysql/diff-from-mysql.ts';
import { type Comparison, openComparison } from './postgres/rows/diff-tables.ts';
import type { TableDiff, TablePair } from './postgres/rows/table-diff.ts';

/** Compares mapped tables row by row. */
export interface RowComparer {
  /** @throws PortUnavailable when a database can't be reached, or the connection is lost for good */
  compare(mapping: TableMapping): Promise<TableDiff>;
  close(): Promise<void>;
}

/**
 * A comparer that connects with the first question. All its answers come from one moment of each side, until a
 * connection is lost; the next question then opens new ones.
 */
export function createRowComparer(
  options: Connection & Pick<Plan['data'], 'mode' | 'oldMysql' | 'budgetMinutes' | 'addedColumns'>,
): RowComparer {
  let open: Comparison | undefined;
  let until: number | undefined;
  const { mode, oldMysql, budgetMinutes, statementTimeoutMs } = options;
  const close = async (): Promise<void> => {
    const comparison = open;
    open = undefined;
    await comparison?.close();
  };
  return {
    compare: async (mapping) => {
      try {
        // A connection that is opened again gets what is left of the time, not all of it.
        if (budgetMinutes !== undefined) until ??= budgetEnd(budgetMinutes);
        const budgetMs = until === undefined ? undefined : Math.max(0, until - Date.now());
        open ??= await (oldMysql === undefined ? openComparison : openMysqlComparison)({
          old: oldMysql === undefined ? postgresAddress(options.old) : resolveSecret(oldMysql),
          new: postgresAddress(options.new),
          statementTimeoutMs,
          mode,
          ...(budgetMs === undefined ? {} : { budgetMs }),
        });
        return await open.one(pairOf(mapping, options.addedColumns), mapping.values);
      } catch (error) {
        await close();
        throw unavailable(error) ?? error;
      }
    },
    close,
  };
}

/** The mapping as the engine takes it. */
export function pairOf(mapping: TableMapping, addedColumns?: 'expected'): TablePair {
  const [old, next] = [sideOf(mapping.old), sideOf(mapping.new)];
  const pair = {
    old: old.table,
    new: next.table,
    oldWhere: old.where,
    newWhere: next.where,
    columns: mapping.columns,
    newAs: mapping.newAs,
    constants: mapping.constants,
    exclude: mapping.exclude,
    policies: mapping.policies,
    key: mapping.key,
    since: mapping.since,
    direction: mapping.direction,
    emptyBecause: mapping.emptyBecause,
    addedColumns,
  };
  return pair;
}
