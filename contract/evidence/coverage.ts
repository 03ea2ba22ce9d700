import { z } from 'zod';
import { Phase } from './outcome.ts';
import { sideOf, type TableMapping } from '../plan/table-mapping.ts';

/** What a plan says about columns of the new side that the old one never had. */
export const AddedColumns = z.literal('expected');

/** Every table that `data.tables` does not name, compared with the table of the same name. */
export const OtherTables = z.strictObject({
  /** The statement in words, as reports show it. */
  title: z.string().min(1).default('Every other table holds what it held'),
  /** Phases in which it is asked. */
  phases: z.array(Phase).min(1).default(['post-cutover']),
  /** As in a mapping: each row with its twin, or only their number. */
  compare: z.enum(['rows', 'counts']).default('rows'),
  /** `equal`: as many rows as before; `at-least`: the new system may already have more. */
  rows: z.enum(['equal', 'at-least']).default('equal'),
  /** Whether reports may show the values of differing columns; default `masked`. Keys are always shown. */
  values: z.enum(['masked', 'shown']).optional(),
});
export type OtherTables = z.infer<typeof OtherTables>;

/** Tables that no check compares, by name or pattern (`audit.*`, `*_cache`) -> why. */
export const ExceptTables = z.record(z.string().min(1), z.string().min(1));

/** Checks that look at all tables of both sides, whether the plan names them or not. In the order of reporting. */
export const COVERAGE_CHECKS = [
  'other-tables-preserved',
  'tables-are-covered',
  'no-table-became-empty',
] as const;
export type CoverageCheckId = (typeof COVERAGE_CHECKS)[number];

interface Data {
  readonly tables: readonly Pick<TableMapping, 'phases' | 'direction'>[];
  readonly otherTables?: OtherTables | undefined;
}

/** The coverage checks of one phase: those of every plan that compares tables. */
export function coverageChecksOf(
  data: Data,
  phase: Phase,
): readonly { readonly id: CoverageCheckId; readonly title: string }[] {
  const others = data.otherTables?.phases.includes(phase) === true ? data.otherTables : undefined;
  const mapped = data.tables.some((table) => comparesIn(table, phase));
  if (others === undefined && !mapped) return [];
  return [
    ...(others === undefined ? [] : [{ id: 'other-tables-preserved' as const, title: others.title }]),
    { id: 'tables-are-covered', title: 'Every table of the old side is compared, or left out with a reason' },
    { id: 'no-table-became-empty', title: 'No table that had rows has none now' },
  ];
}

/** Whether a mapping tells in this phase what became of old's rows; what a roll-back would lose is another question. */
export function comparesIn(table: Pick<TableMapping, 'phases' | 'direction'>, phase: Phase): boolean {
  return table.phases.includes(phase) && table.direction === undefined;
}

/** The mapping of a table that only `otherTables` covers. `id` is that of the check. */
export function mappingOfOther(others: OtherTables, id: string, old: string, next: string): TableMapping {
  return {
    id,
    title: others.title,
    phases: others.phases,
    old,
    new: next,
    compare: others.compare,
    rows: others.rows,
    sums: {},
    // A table without rows on both sides says nothing, and is no reason to hold up anything.
    emptyBecause: 'the table is empty on both sides',
    ...(others.values === undefined ? {} : { values: others.values }),
  };
}

/** The tables that a mapping names. */
export function namesOf(mapping: TableMapping): { readonly old: string; readonly new: string } {
  return { old: sideOf(mapping.old).table, new: sideOf(mapping.new).table };
}

/** What became of one table of the old side. */
export const CoveredTable = z.strictObject({
  table: z.string(),
  /** Rows; null where they could not be counted. `more`: the count stopped there. */
  oldRows: z.number().int().nonnegative().nullable(),
  newRows: z.number().int().nonnegative().nullable(),
  more: z.boolean(),
  state: z.enum(['compared', 'excluded', 'empty', 'not-compared']),
  /** Ids of the checks that compare it. */
  by: z.array(z.string()),
  /** Why it is excluded, or could not be counted. */
  because: z.string().nullable(),
});
export type CoveredTable = z.infer<typeof CoveredTable>;

/** Which tables of the old side are compared. */
export const CoverageReport = z.strictObject({
  tables: z.array(CoveredTable),
  /** What holds rows on either side and is no table of old: tables of new alone, foreign tables, materialized views. */
  notes: z.array(z.string()),
});
export type CoverageReport = z.infer<typeof CoverageReport>;
