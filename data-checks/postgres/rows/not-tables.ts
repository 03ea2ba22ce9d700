import type { Side } from './side.ts';
import { matches } from './work-list.ts';

interface RelationRow {
  readonly schema: string;
  readonly name: string;
  readonly shown: string;
  readonly kind: string;
}

/** Rows of a foreign table are another server's; those of a materialized view follow from tables that are compared. */
const KINDS: Readonly<Record<string, string>> = { f: 'foreign table', m: 'materialized view' };

/** Notes about what has rows on either side and is no table, so that nobody takes it for compared. */
export async function notTables(
  sides: readonly [Side, Side],
  only: readonly string[],
): Promise<readonly string[]> {
  const found = await Promise.all(
    sides.map(async ({ main }) => {
      const { rows } = await main.client.query<RelationRow>(
        `select n.nspname as schema, c.relname as name, pg_catalog.format('%I.%I', n.nspname, c.relname) as shown, c.relkind::text as kind
           from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
          where c.relkind in ('f', 'm') and n.nspname not in ('pg_catalog', 'information_schema') order by 1, 2`,
      );
      return rows.filter((row) => only.length === 0 || only.some((pattern) => matches(pattern, row)));
    }),
  );
  const texts = found.flat().map((row) => `not compared: ${KINDS[row.kind] ?? 'relation'} ${row.shown}`);
  return [...new Set(texts)];
}
