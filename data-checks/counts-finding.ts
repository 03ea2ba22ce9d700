import { Unavailable } from '../contract/cannot-tell.ts';
import type { Finding, TableReport } from '../contract/evidence/finding.ts';
import type { CountAnswer } from '../contract/ports/records.ts';
import { sameQuestion, sideOf, type TableMapping } from '../contract/plan/table-mapping.ts';
import { canonicalDecimal } from './decimal.ts';

/** What one side said, or that it could not be asked. */
export type SideAnswer = CountAnswer | Unavailable;

type Counted = Extract<CountAnswer, { kind: 'counted' }>;
type TableDraft = Pick<
  Finding,
  'outcome' | 'summary' | 'cause' | 'measured' | 'expected' | 'unit' | 'remedy'
> & { readonly answer: TableReport['answer'] };

/** Compares the two sides of one mapped table. Pure. Only two counts that were really taken can pass or fail. */
export function countsFinding(mapping: TableMapping, old: SideAnswer, next: SideAnswer): Finding {
  const { answer, ...draft } = draftOf(mapping, old, next);
  const rows = (side: SideAnswer): number | null => (isCounted(side) ? side.rows : null);
  return {
    check: mapping.id,
    ...draft,
    sampleSize: answer === 'not-checked' ? 0 : Math.min(rows(old) ?? 0, rows(next) ?? 0),
    detail: {
      kind: 'table',
      table: {
        old: nameOf(mapping.old),
        new: nameOf(mapping.new),
        answer,
        oldRows: rows(old),
        newRows: rows(next),
        sums: sumsOf(mapping, old, next),
        notCompared: notCompared(mapping, answer, draft.summary),
      },
    },
  };
}

function isCounted(side: SideAnswer): side is Counted {
  return !(side instanceof Unavailable) && side.kind === 'counted';
}

function isMissing(side: SideAnswer): boolean {
  return !(side instanceof Unavailable) && side.kind === 'missing';
}

function draftOf(mapping: TableMapping, old: SideAnswer, next: SideAnswer): TableDraft {
  if (isMissing(next)) return isMissing(old) ? bothMissing(mapping) : newMissing(mapping);
  const sides = [
    ['old', mapping.old, old],
    ['new', mapping.new, next],
  ] as const;
  for (const [side, name, answer] of sides) {
    const draft = notCounted(side, nameOf(name), answer);
    if (draft !== undefined) return draft;
  }
  return (
    sameTable(mapping, old as Counted, next as Counted) ??
    compareCounts(mapping, old as Counted, next as Counted)
  );
}

/** Both addresses lead to one table, which is always equal to itself. */
function sameTable(mapping: TableMapping, old: Counted, next: Counted): TableDraft | undefined {
  if (old.relation === undefined || old.relation !== next.relation || !sameQuestion(mapping))
    return undefined;
  return {
    outcome: 'unknown',
    answer: 'not-checked',
    cause: 'same-table',
    summary: `${nameOf(mapping.old)} of old and ${nameOf(mapping.new)} of new are one table of one server: it was compared with itself`,
    remedy: 'Correct target.records or target.old.records: they lead to the same database',
  };
}

function notCounted(side: 'old' | 'new', table: string, answer: SideAnswer): TableDraft | undefined {
  const path = side === 'old' ? 'target.old.records' : 'target.records';
  if (answer instanceof Unavailable) {
    return {
      outcome: 'unknown',
      answer: 'not-checked',
      cause: answer.word,
      summary: `The ${side} database could not be asked for ${table}: ${answer.message}`,
      ...(answer.remedy !== undefined && { remedy: answer.remedy }),
    };
  }
  switch (answer.kind) {
    case 'counted':
      return undefined;
    case 'missing':
      return {
        outcome: 'unknown',
        answer: 'not-checked',
        cause: 'old-table-missing',
        summary: `The ${side} database has no table ${table}, so there is nothing to compare with`,
        remedy: `Correct the name in the mapping, or the database in ${path}`,
      };
    case 'unreadable':
      return {
        outcome: 'unknown',
        answer: 'not-checked',
        cause: 'unreadable',
        summary: `${table} could not be read in the ${side} database: ${answer.reason}`,
        remedy: `Make ${table} readable for the role of ${path}, then repeat`,
      };
  }
}

function newMissing(mapping: TableMapping): TableDraft {
  return {
    outcome: 'fail',
    answer: 'different',
    cause: 'table-missing',
    summary: `The new database has no table ${nameOf(mapping.new)}`,
    measured: 'no table',
    expected: nameOf(mapping.new),
    remedy: 'Check that the migration that creates it ran, or correct the name in the mapping',
  };
}

function bothMissing(mapping: TableMapping): TableDraft {
  return {
    outcome: 'unknown',
    answer: 'not-checked',
    cause: 'tables-missing',
    summary: `Neither database has the mapped table (old ${nameOf(mapping.old)}, new ${nameOf(mapping.new)})`,
    remedy: 'Correct the names in the mapping, or the two database addresses',
  };
}

function compareCounts(mapping: TableMapping, old: Counted, next: Counted): TableDraft {
  const atLeast = mapping.rows === 'at-least';
  // Where more rows are welcome, the old side's are all that could have been lost.
  const nothing = old.rows === 0 && (atLeast || next.rows === 0);
  if (nothing && mapping.emptyBecause === undefined) {
    return {
      outcome: 'unknown',
      answer: 'not-checked',
      cause: 'nothing-compared',
      summary: `${nameOf(mapping.old)} has no rows on the old side${atLeast ? '' : ' and none on the new'}: nothing was compared`,
      measured: next.rows,
      expected: 'at least 1 row to compare',
      remedy: 'Check the filter and the database; if no rows are right, say why with emptyBecause',
    };
  }
  const holds = atLeast ? next.rows >= old.rows : next.rows === old.rows;
  const expected = atLeast ? `>= ${old.rows}` : old.rows;
  if (!holds) {
    const lost = old.rows - next.rows;
    return {
      outcome: 'fail',
      answer: 'different',
      cause: lost > 0 ? 'rows-missing' : 'rows-extra',
      summary: `${nameOf(mapping.new)} has ${Math.abs(lost)} row${Math.abs(lost) === 1 ? '' : 's'} ${lost > 0 ? 'fewer' : 'more'} than ${nameOf(mapping.old)} had`,
      measured: next.rows,
      expected,
      unit: 'rows',
    };
  }
  const sum = sumsOf(mapping, old, next).find((pair) => pair.old !== pair.new);
  if (sum !== undefined) {
    return {
      outcome: 'fail',
      answer: 'different',
      cause: 'sums-differ',
      summary: `The sum of ${sum.column} is not what it was, although ${next.rows} rows are there`,
      measured: sum.new,
      expected: sum.old,
    };
  }
  const kept = `${next.rows} row${next.rows === 1 ? '' : 's'}`;
  return {
    outcome: 'pass',
    answer: 'equal',
    summary: nothing
      ? `No rows on either side, as expected: ${mapping.emptyBecause ?? ''}`
      : `${nameOf(mapping.new)} has ${kept}, ${nameOf(mapping.old)} had ${old.rows}`,
    measured: next.rows,
    expected,
    unit: 'rows',
  };
}

function sumsOf(mapping: TableMapping, old: SideAnswer, next: SideAnswer): TableReport['sums'] {
  if (!isCounted(old) || !isCounted(next)) return [];
  return Object.entries(mapping.sums).map(([before, after]) => ({
    column: before === after ? before : `${before} -> ${after}`,
    old: sumOf(old, before),
    new: sumOf(next, after),
  }));
}

function sumOf(side: Counted, column: string): string {
  const sum = side.sums[column];
  // A reader of the user's own may forget one; two absent sums must not count as equal.
  if (sum === undefined)
    throw new Error(`the reader gave no sum of "${column}"; it must give every sum it was asked for`);
  return canonicalDecimal(sum);
}

function notCompared(mapping: TableMapping, answer: TableReport['answer'], summary: string): string[] {
  if (answer === 'not-checked') return [summary];
  const summed = Object.keys(mapping.sums);
  const values =
    summed.length === 0 ? 'values of all columns' : `values, except the sums of ${summed.join(', ')}`;
  const filters = [mapping.old, mapping.new]
    .map(sideOf)
    .flatMap((side) => (side.where === undefined ? [] : [`rows of ${side.table} outside: ${side.where}`]));
  return [`${values} (rows were counted)`, ...filters];
}

function nameOf(side: TableMapping['old']): string {
  return sideOf(side).table;
}
