import { PortUnavailable } from '../contract/ports/observe.ts';
import type { RecordsSource } from '../contract/target.ts';
import { sideOf, type TableMapping } from '../contract/table-mapping.ts';
import { resolveSecret } from '../safety/secrets.ts';
import { type Comparison, openComparison, SideUnavailable } from './postgres/rows/diff-tables.ts';
import type { TableDiff, TablePair } from './postgres/rows/table-diff.ts';
import { isLostConnection } from './postgres/session.ts';

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
export function createRowComparer(options: {
  readonly old: RecordsSource;
  readonly new: RecordsSource;
  readonly statementTimeoutMs: number;
}): RowComparer {
  let open: Comparison | undefined;
  const close = async (): Promise<void> => {
    const comparison = open;
    open = undefined;
    await comparison?.close();
  };
  return {
    compare: async (mapping) => {
      try {
        open ??= await openComparison({
          old: addressOf(options.old),
          new: addressOf(options.new),
          statementTimeoutMs: options.statementTimeoutMs,
        });
        return await open.one(pairOf(mapping), mapping.values);
      } catch (error) {
        await close();
        throw unavailable(error) ?? error;
      }
    },
    close,
  };
}

function addressOf(source: RecordsSource): string {
  // The plan was checked for this; a plan that was not must not be compared by half.
  if (source.adapter !== 'postgres') throw new Error(`rows can't be compared through "${source.adapter}"`);
  return resolveSecret(source.url);
}

function unavailable(error: unknown): PortUnavailable | undefined {
  const side = error instanceof SideUnavailable ? `the ${error.side} database: ` : '';
  if (side === '' && !isLostConnection(error)) return undefined;
  return new PortUnavailable(
    'records',
    `${side}${error instanceof Error ? error.message : String(error)}`,
    'Check that both databases run, that their addresses and roles are right, and that this host may connect.',
    { cause: error },
  );
}

/** The mapping as the engine takes it. */
export function pairOf(mapping: TableMapping): TablePair {
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
    emptyBecause: mapping.emptyBecause,
  };
  return pair;
}
