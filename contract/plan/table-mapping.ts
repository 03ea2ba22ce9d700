import { z } from 'zod';
import { CheckId } from './check-id.ts';
import { checkOptions } from './check-options.ts';
import { OwnRows } from './own-rows.ts';
import { Phase } from '../evidence/outcome.ts';

const Side = z.union([
  z.string().min(1),
  z.strictObject({
    /** Its name, optionally with its schema: `public.orders`. */
    table: z.string().min(1),
    /** An SQL condition on this side, trusted as part of the plan. */
    where: z.string().min(1).optional(),
  }),
]);

/** How one column may differ and still count as equal. Everything not named here is compared exactly. */
export const ColumnPolicy = z.strictObject({
  /** Moments are compared to this precision: cut off, or rounded as a cast does. */
  moments: z
    .strictObject({
      /** The precision. */
      to: z.enum(['second', 'millisecond']),
      /** How the rest goes. */
      by: z.enum(['truncate', 'round']),
    })
    .optional(),
  /** Blanks at the end, or at both ends, of a text do not count. */
  trim: z.enum(['end', 'both']).optional(),
  /** Numbers are rounded to this many decimals, or compared by value whatever their scale. */
  scale: z.union([z.number().int().min(0).max(100), z.literal('any')]).optional(),
  /** ASCII letters are compared without case. */
  letterCase: z.literal('ignore').optional(),
  /** JSON is compared as a document: order of keys, white space and repeated keys do not count. */
  json: z.literal('document').optional(),
  /** NULL and this text count as the same. */
  nullIs: z.string().optional(),
});
export type ColumnPolicy = Readonly<z.infer<typeof ColumnPolicy>>;

const ByColumn = z.record(z.string().min(1), z.string().min(1));

/** What only a comparison row by row uses. Every column of both sides must be compared, computed or excluded. */
const RowOptions = {
  /** Columns that were renamed: old name -> new name. Others keep their name. */
  columns: ByColumn.optional(),
  /** Columns that the new side holds otherwise: old column -> SQL over the new side's columns (alias `t`). */
  newAs: ByColumn.optional(),
  /** Columns of new alone that must hold one value in every row (an added tenant): new column -> SQL of the value. */
  constants: ByColumn.optional(),
  /** Columns that are not compared, by old or (for columns of new alone) new name -> why. */
  exclude: ByColumn.optional(),
  /** What counts as equal although it is not the same, by old column. */
  policies: z.record(z.string().min(1), ColumnPolicy).optional(),
  /** Columns that identify a row, by old name; default: the primary key, or a unique index, of the old table. */
  key: z.array(z.string().min(1)).min(1).optional(),
  /**
   * Rows that new wrote at or after this moment, as a column of new says, are counted apart: they are new business, not
   * damage. `at` is an ISO moment (in a column without time zone: of UTC), or a number for a column of numbers.
   */
  since: z
    .strictObject({
      /** The column of new that says when a row was written. */
      column: z.string().min(1),
      /** The moment: ISO text, or a number for a column of numbers. */
      at: z.union([
        z.number(),
        z.string().refine((text) => !Number.isNaN(Date.parse(text)), {
          message: 'must be a moment such as 2026-11-20T02:00:00Z',
        }),
      ]),
    })
    .optional(),
  /**
   * `rollback`: asks the other way round what a roll-back would lose: rows that new wrote and that old lacks. With
   * `since`, only rows written since then are looked at. Only in the phases `watch` and `rollback`.
   */
  direction: z.literal('rollback').optional(),
  /** Whether reports may show the values of differing columns; default `masked`. Keys are always shown. */
  values: z.enum(['masked', 'shown']).optional(),
};

/** The names of the options that only a comparison row by row uses. */
export const ROW_OPTIONS: readonly string[] = Object.keys(RowOptions);

/** One table of the old database and where its rows went. */
export const TableMapping = z.strictObject({
  id: CheckId,
  /** The statement in words, as reports show it. */
  title: z.string().min(1),
  /** Phases in which it is asked. */
  phases: z.array(Phase).min(1).default(['post-cutover']),
  /** The table of old, or a part of it. */
  old: Side,
  /** The table of new, or a part of it. */
  new: Side,
  /** `counts`: rows and sums are counted. `rows`: each row is compared with its twin, in all columns; PostgreSQL only. */
  compare: z.enum(['counts', 'rows']).default('counts'),
  /** `equal`: as many rows as before; `at-least`: the new system may already have more. */
  rows: z.enum(['equal', 'at-least']).default('equal'),
  /** Columns whose exact sums must be equal: name on the old side -> name on the new side. Not with `at-least`. */
  sums: z.record(z.string(), z.string()).default({}),
  /** How rows of our own flows are known, by kind of the plan's `created`: those that the ledger names are left out. */
  created: OwnRows.optional(),
  /** Why no rows at all on both sides is right. Without it, comparing nothing is never a pass. */
  emptyBecause: z.string().min(1).optional(),
  ...checkOptions,
  ...RowOptions,
});
export type TableMapping = z.infer<typeof TableMapping>;

/** Both forms of a side as one. */
export function sideOf(side: TableMapping['old']): { readonly table: string; readonly where?: string } {
  return typeof side === 'string' ? { table: side } : side;
}

/**
 * Whether both sides are asked the very same thing, apart from the name of the table: then nothing can differ where they
 * turn out to be one table.
 */
export function sameQuestion(mapping: TableMapping): boolean {
  const kept = (names: Readonly<Record<string, string>> | undefined): boolean =>
    Object.entries(names ?? {}).every(([old, next]) => old === next);
  return (
    sideOf(mapping.old).where === sideOf(mapping.new).where &&
    kept(mapping.sums) &&
    kept(mapping.columns) &&
    Object.keys(mapping.newAs ?? {}).length === 0
  );
}
