import { type Inventory, readInventory } from '../../../data-checks/suggest/inventory.ts';
import { suggestTables } from '../../../data-checks/suggest/suggest-tables.ts';
import type { Suggestion } from '../../../data-checks/suggest/suggestion.ts';
import { tablesPart } from '../../../data-checks/suggest/render-suggestions.ts';
import type { NamedDatabases } from '../database-arguments.ts';

/** What a plan says about two databases. */
export interface DataPart {
  /** Lines of `target`: the databases, by the names of the variables that hold their addresses. */
  readonly target: readonly string[];
  /** The part `data`. */
  readonly lines: readonly string[];
  readonly tables: { readonly old: number; readonly new: number };
  readonly suggestions: readonly Suggestion[];
}

/** @throws Unavailable when a database can't be read */
export async function readDataPart(databases: NamedDatabases, statementTimeoutMs: number): Promise<DataPart> {
  const inventory = await readInventory({
    old: databases.old.address,
    new: databases.new.address,
    statementTimeoutMs,
  });
  return dataPartOf(inventory, { old: databases.old.variable, new: databases.new.variable });
}

/** Pure. @param variables names of the environment variables that hold the addresses */
export function dataPartOf(
  inventory: Inventory,
  variables: { readonly old: string; readonly new: string },
): DataPart {
  const suggestions = suggestTables(inventory);
  const mysql = inventory.old.dialect === 'mysql';
  const [old, next] = [inventory.old.tables.length, inventory.new.tables.length];
  return {
    target: [
      `records: { adapter: 'postgres', url: secret('${variables.new}') },`,
      ...(mysql ? [] : [`old: { records: { adapter: 'postgres', url: secret('${variables.old}') } },`]),
    ],
    lines: tablesPart(suggestions, {
      head: `Old against new, by the catalogues of both: ${old} tables of old, ${next} of new. No rows were compared yet.`,
      lines: mysql
        ? [`oldMysql: secret('${variables.old}'),`]
        : [
            '// Sequences, constraints, grants and the rest; look first with `greenlight data state --suggest`.',
            '// state: {},',
          ],
    }),
    tables: { old, new: next },
    suggestions,
  };
}
