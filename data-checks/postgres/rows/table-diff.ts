import type { ColumnPolicy } from '../../../contract/plan/table-mapping.ts';
import type { HashWay } from './row-hash.ts';
import type { Share } from './segment.ts';

/** One table of the old database, where its rows went, and how they are compared. */
export interface TablePair {
  readonly old: string;
  readonly new: string;
  /** SQL conditions that choose the rows on each side; part of the plan, so trusted. */
  readonly oldWhere?: string;
  readonly newWhere?: string;
  /** Columns that were renamed: old name -> new name. Others keep their name. */
  readonly columns?: Readonly<Record<string, string>>;
  /** Columns whose values the new side computes otherwise: old column -> SQL over the new side's columns (alias `t`). */
  readonly newAs?: Readonly<Record<string, string>>;
  /** Columns of new alone that must hold one value in every row (the added tenant): new column -> SQL of the value. */
  readonly constants?: Readonly<Record<string, string>>;
  /** Columns that are not compared, by old or (for columns of new alone) new name, and why. */
  readonly exclude?: Readonly<Record<string, string>>;
  /** `expected`: columns of new alone that may be NULL or have a default are listed as not compared. */
  readonly addedColumns?: 'expected';
  /** By old name. */
  readonly policies?: Readonly<Record<string, ColumnPolicy>>;
  /** Columns that identify a row, by old name; default: the primary key, or a unique index, of the old table. */
  readonly key?: readonly string[];
  /**
   * Rows that new wrote at or after this moment, as a column of new says, are counted apart. `at`: an ISO moment (in a
   * column without time zone: of UTC), or a number for a column of numbers.
   */
  readonly since?: { readonly column: string; readonly at: string | number };
  /**
   * `rollback`: what a roll-back would lose. Rows that new wrote and that old lacks, or has otherwise; with `since`, only
   * rows written since then are looked at.
   */
  readonly direction?: 'rollback';
  /** Why no rows on both sides are right. */
  readonly emptyBecause?: string;
}

/** One differing cell; `null` is NULL, undefined means that the values are masked. */
export interface CellDifference {
  readonly column: string;
  readonly old?: string | null;
  readonly new?: string | null;
}

/** One row that is not the same on both sides. */
export interface RowDifference {
  readonly kind: 'missing' | 'extra' | 'changed';
  /** Values of the key columns as text; without a key, the place of the row on its side. */
  readonly key: readonly (string | null)[];
  /** For a changed row: the columns that differ. */
  readonly cells: readonly CellDifference[];
}

/** What was found about one table. Only `equal` is good. */
export interface TableDiff {
  readonly old: string;
  readonly new: string;
  readonly answer: 'equal' | 'different' | 'not-checked' | 'unstable';
  /** Stable word for the kind of answer: `equal`, `rows-differ`, `table-missing`, `unreadable`, `nothing-compared`... */
  readonly cause: string;
  /** One plain sentence. */
  readonly reason: string;
  readonly oldRows: number | null;
  readonly newRows: number | null;
  /** Exact numbers of rows: on old alone, on new alone, on both but not the same. Null when they were not located. */
  readonly missing: number | null;
  readonly extra: number | null;
  readonly changed: number | null;
  /** Rows that new wrote after the cut-over moment (`since`), whatever they replaced; in none of the numbers above. */
  readonly later: number | null;
  /** The first differences only; the numbers above are complete. */
  readonly differences: readonly RowDifference[];
  readonly key: readonly string[];
  readonly columns: readonly string[];
  /** What was not compared, and what counts as equal although it is not the same. */
  readonly notCompared: readonly string[];
  readonly hash: { readonly way: HashWay; readonly bits: 64 | 128 } | null;
  readonly seconds: number;
  /** Which rows were looked at, when the comparison is one segment of several. */
  readonly share?: Share;
}
