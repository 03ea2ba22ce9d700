import { Unavailable } from '../contract/cannot-tell.ts';
import type { Finding, TableReport } from '../contract/evidence/finding.ts';
import { unknownFinding } from '../contract/evidence/unknown-finding.ts';
import { sideOf, type TableMapping } from '../contract/plan/table-mapping.ts';
import { outcomeOfRows } from './outcome-of-rows.ts';
import type { TableDiff } from './postgres/rows/table-diff.ts';

type TableDraft = Pick<
  Finding,
  'outcome' | 'summary' | 'cause' | 'measured' | 'expected' | 'unit' | 'remedy'
> & { readonly answer: TableReport['answer'] };

/** What a comparison row by row means for a mapped table. Pure. Only rows that were really compared pass or fail. */
export function rowsFinding(mapping: TableMapping, diff: TableDiff | Unavailable): Finding {
  const [old, next] = [sideOf(mapping.old).table, sideOf(mapping.new).table];
  if (diff instanceof Unavailable) {
    const summary = `${old} and ${next} could not be compared: ${diff.message}`;
    return unknownFinding(mapping.id, diff, {
      summary,
      detail: {
        kind: 'table',
        table: {
          old,
          new: next,
          answer: 'not-checked',
          oldRows: null,
          newRows: null,
          sums: [],
          notCompared: [summary],
        },
      },
    });
  }
  const { answer, ...draft } = draftOf(mapping, { ...diff, old }, next);
  return {
    check: mapping.id,
    ...draft,
    sampleSize: diff.answer === 'not-checked' ? 0 : Math.min(diff.oldRows ?? 0, diff.newRows ?? 0),
    detail: { kind: 'table', table: { ...tableReport(diff), old, new: next, answer } },
  };
}

function draftOf(mapping: TableMapping, diff: TableDiff, next: string): TableDraft {
  switch (diff.answer) {
    case 'equal':
      return equal(diff, next);
    case 'not-checked':
      return {
        outcome: 'unknown',
        answer: 'not-checked',
        cause: diff.cause,
        summary: diff.reason,
        remedy: REMEDIES[diff.cause] ?? 'Make the table readable and comparable on both sides, then repeat',
      };
    case 'unstable':
      return {
        outcome: 'unknown',
        answer: 'unstable',
        cause: diff.cause,
        summary: diff.reason,
        remedy: 'Stop the writers, or repeat when the table is quiet',
      };
    case 'different':
      return diff.cause === 'table-missing'
        ? {
            outcome: 'fail',
            answer: 'different',
            cause: diff.cause,
            summary: diff.reason,
            measured: 'no table',
            expected: next,
            remedy: 'Check that the migration that creates it ran, or correct the name in the mapping',
          }
        : different(mapping, diff, next);
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  ambiguous: 'Write the names in the mapping as each side spells them, in double quotes',
  'no-such-table': 'Correct the names in the mapping, or the two database addresses',
  'old-table-missing': 'Correct the name in the mapping, or the database in target.old.records',
  'columns-differ':
    'Say in the mapping where each column went: columns, newAs, constants, or exclude with a reason',
  'same-table': 'Correct target.records or target.old.records: they lead to the same database',
  'over-budget': 'Raise data.budgetMinutes, or put the table earlier in the plan',
  'not-fenced': 'Make old read-only for every role, end its writers, then repeat; or set data.mode to live',
  'fence-broken': 'Find out who still writes to old, stop it, then repeat; or set data.mode to live',
  'not-drained': 'Wait until new has received everything from old, then repeat',
  'connection-lost': 'Check that both databases run and that the way to them is stable, then repeat',
  'no-key': 'Name the columns that identify a row with key, or drop since: then all rows are compared',
  'nothing-compared': 'Check the filters and the databases; if no rows are right, say why with emptyBecause',
};

function equal(diff: TableDiff, next: string): TableDraft {
  return {
    outcome: 'pass',
    answer: 'equal',
    summary: diff.oldRows === 0 ? diff.reason : `${next}: ${diff.reason}, in ${diff.columns.length} columns`,
    measured: 0,
    expected: 0,
    unit: 'differing rows',
  };
}

function different(mapping: TableMapping, diff: TableDiff, next: string): TableDraft {
  const atLeast = mapping.rows === 'at-least' && mapping.direction !== 'rollback';
  const [missing, extra, changed] = [diff.missing ?? 0, diff.extra ?? 0, diff.changed ?? 0];
  const wrong = missing + changed + (atLeast ? 0 : extra);
  const measured = { measured: wrong, expected: 0, unit: 'differing rows' };
  switch (outcomeOfRows(diff, mapping)) {
    case 'unknown':
    case 'not-applicable':
      return notProved(diff, next);
    case 'pass':
      return {
        outcome: 'pass',
        answer: 'equal',
        summary: `${next}: every one of ${diff.oldRows ?? 0} rows is there, and ${extra} more`,
        ...measured,
      };
    case 'fail':
      if (wrong === 0) return notLocated(mapping, diff, next);
      if (mapping.direction === 'rollback') return toCarryBack(diff);
      return {
        outcome: 'fail',
        answer: 'different',
        cause: missing > 0 ? 'rows-missing' : changed > 0 ? 'rows-changed' : 'rows-extra',
        summary: `${next} does not hold what ${diff.old} held: ${missing} missing, ${extra} extra, ${changed} changed${example(diff, atLeast)}`,
        ...measured,
        remedy: 'The first differing keys are in the report: find out which step of the migration made them',
      };
  }
}

/** They differ, and whether that is welcome can not be told. */
function notProved(diff: TableDiff, next: string): TableDraft {
  const nothing = diff.oldRows === 0 && diff.missing === 0 && diff.changed === 0;
  return nothing
    ? {
        outcome: 'unknown',
        answer: 'not-checked',
        cause: 'nothing-compared',
        summary: `${diff.old} has no rows on the old side: nothing was compared`,
        remedy: REMEDIES['nothing-compared'],
      }
    : {
        outcome: 'unknown',
        answer: 'not-checked',
        cause: 'not-located',
        summary: `${next} differs from ${diff.old}, and which rows differ could not be found`,
        remedy: 'Repeat; the connection may have been cut while the rows were looked for',
      };
}

/** Sums over all rows, or their numbers, differ; which rows do is not known. */
function notLocated({ direction }: TableMapping, diff: TableDiff, next: string): TableDraft {
  const fewer = (diff.newRows ?? 0) < (diff.oldRows ?? 0);
  return {
    outcome: 'fail',
    answer: 'different',
    ...(direction === 'rollback'
      ? {
          cause: 'rows-to-carry-back',
          summary: `Rolling back would change what ${diff.new} holds. ${diff.reason}`,
        }
      : {
          cause: fewer ? 'rows-missing' : 'rows-differ',
          summary: `${next} does not hold what ${diff.old} held. ${diff.reason}`,
        }),
    ...(diff.newRows === diff.oldRows
      ? {}
      : { measured: diff.newRows ?? 0, expected: diff.oldRows ?? 0, unit: 'rows' }),
    remedy: 'Repeat to see which rows differ; where time was too short, raise data.statementTimeoutMs first',
  };
}

/** Asked what a roll-back would lose: every difference is something that new knows and old does not. */
function toCarryBack(diff: TableDiff): TableDraft {
  const [missing, extra, changed] = [diff.missing ?? 0, diff.extra ?? 0, diff.changed ?? 0];
  const numbers = [
    `${extra} rows that old lacks`,
    `${changed} that it has otherwise`,
    ...(missing === 0 ? [] : [`and ${missing} that would come back`]),
  ];
  return {
    outcome: 'fail',
    answer: 'different',
    cause: 'rows-to-carry-back',
    summary: `Rolling back would lose what ${diff.new} wrote: ${numbers.join(', ')}${example(diff, false)}`,
    measured: missing + extra + changed,
    expected: 0,
    unit: 'differing rows',
    remedy: 'Carry these rows back to old first (the first keys are in the report), or replicate new to old',
  };
}

/** The first row that differs, by its key; of a changed one, the columns. */
function example(diff: TableDiff, atLeast: boolean): string {
  const row = diff.differences.find((one) => one.key.length > 0 && !(atLeast && one.kind === 'extra'));
  if (row === undefined) return '';
  const key = diff.key.map((name, index) => `${name} ${row.key[index] ?? 'NULL'}`).join(', ');
  const columns = row.cells.length === 0 ? '' : ` in ${row.cells.map((cell) => cell.column).join(', ')}`;
  return ` (first ${row.kind}: ${key}${columns})`;
}

function tableReport(diff: TableDiff): Omit<TableReport, 'answer'> {
  return {
    old: diff.old,
    new: diff.new,
    oldRows: diff.oldRows,
    newRows: diff.newRows,
    sums: [],
    notCompared: [...diff.notCompared],
    rows: {
      missing: diff.missing,
      extra: diff.extra,
      changed: diff.changed,
      later: diff.later,
      first: diff.differences.map(({ kind, key, cells }) => ({
        kind,
        key: [...key],
        cells: cells.map((cell) => ({ ...cell })),
      })),
      key: [...diff.key],
      columns: [...diff.columns],
      hash: diff.hash === null ? null : `${diff.hash.bits} bits, ${diff.hash.way}`,
      seconds: diff.seconds,
    },
  };
}
