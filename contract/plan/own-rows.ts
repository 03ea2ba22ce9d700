import { z } from 'zod';
import type { Problem } from '../errors.ts';
import { list, type Loose, object } from '../flow/loose.ts';

/**
 * How rows that Greenlight's own flows made are known in a table, by kind of `created`: the column (by its old name) that
 * holds the identity which the ledger names, or a column that leads to such a row of another table.
 */
export const OwnRows = z.record(
  z.string().min(1),
  z.union([
    z.string().min(1),
    z.strictObject({
      /** The column of this table that leads there, by its old name. */
      column: z.string().min(1),
      /** `column` holds values of `id` of the rows in this table whose `identity` the ledger names. */
      through: z.strictObject({
        /** The other table. */
        table: z.string().min(1),
        /** Its column that `column` holds values of. */
        id: z.string().min(1).default('id'),
        /** Its column that holds the identity. */
        identity: z.string().min(1),
      }),
    }),
  ]),
);
export type OwnRows = z.infer<typeof OwnRows>;

/** Rows of ours are only known where the plan creates such things. */
export function ownRowsProblems(plan: Loose): Problem[] {
  const kinds = Object.keys(object(plan['created']));
  const target = object(plan['target']);
  const adapters = [
    object(target['records'])['adapter'],
    object(object(target['old'])['records'])['adapter'],
  ];
  const foreign = adapters.find((adapter) => adapter === 'http' || adapter === 'custom');
  return [...kindProblems(plan, kinds), ...(foreign === undefined ? [] : foreignProblems(plan, foreign))];
}

/** What is left out is a condition in SQL, which a reader of the user's own may not understand. */
function foreignProblems(plan: Loose, adapter: unknown): Problem[] {
  return list(object(plan['data'])['tables']).flatMap((table, index) =>
    object(table)['created'] === undefined
      ? []
      : [
          {
            path: `data.tables[${index}].created`,
            value: JSON.stringify(adapter),
            problem: 'rows of our own can only be left out of databases that Greenlight reads itself',
            remedy: 'drop it, and leave them out in the reader or with where',
          },
        ],
  );
}

function kindProblems(plan: Loose, kinds: readonly string[]): Problem[] {
  return list(object(plan['data'])['tables']).flatMap((table, index) =>
    Object.keys(object(object(table)['created']))
      .filter((kind) => !kinds.includes(kind))
      .map((kind) => ({
        path: `data.tables[${index}].created.${kind}`,
        value: JSON.stringify(kind),
        problem: 'is no kind of data that the plan creates, so the ledger never names one',
        remedy: kinds.length === 0 ? 'drop it' : `use one of: ${kinds.join(', ')}`,
      })),
  );
}
